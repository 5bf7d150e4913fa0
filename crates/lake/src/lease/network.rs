//! Whether a folder lies on a network file system, where a lock of the operating system may hold on
//! one machine only.

use std::path::Path;

/// Numbers of file systems that are shared between machines (`statfs(2)` and `linux/magic.h`).
#[cfg(target_os = "linux")]
const NETWORK: &[(u32, &str)] = &[
    (0x6969, "nfs"),
    (0x517b, "smb"),
    (0xfe53_4d42, "smb2"),
    (0xff53_4d42, "cifs"),
    (0x564c, "ncp"),
    (0x0102_1997, "9p"),
    (0x00c3_6400, "ceph"),
    (0x5346_414f, "afs"),
    (0x6b41_4653, "afs"),
    (0x7375_7245, "coda"),
    (0x0116_1970, "gfs2"),
    (0x7461_636f, "ocfs2"),
    (0x0bd0_0bd0, "lustre"),
    (0x4750_4653, "gpfs"),
    (0x1983_0326, "beegfs"),
];

#[cfg(target_os = "linux")]
const FUSE: u32 = 0x6573_5546;

/// File systems served by a program on the same machine, over a local disk.
#[cfg(target_os = "linux")]
const LOCAL_FUSE: &[&str] = &[
    "fuseblk",
    "fuse.fuse-overlayfs",
    "fuse.bindfs",
    "fuse.gocryptfs",
    "fuse.encfs",
    "fuse.ntfs-3g",
    "fuse.exfat-fuse",
    "virtiofs",
];

/// The name of the network file system that a folder lies on, `None` when it is a local one.
#[cfg(target_os = "linux")]
pub(super) fn kind(folder: &Path) -> Option<String> {
    let status = rustix::fs::statfs(folder).ok()?;
    // The numbers are 32 bits wide; the field's width and sign differ by machine.
    let number = status.f_type as u32;
    if number == FUSE {
        let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
        return fuse_kind(&mounts, folder);
    }
    NETWORK.iter().find(|(known, _)| *known == number).map(|(_, name)| (*name).to_owned())
}

/// Other systems do not tell in the same way; there the documentation says it.
#[cfg(not(target_os = "linux"))]
pub(super) fn kind(_: &Path) -> Option<String> {
    None
}

/// The kind of a file system served by a program, by the list of mounts: a network one unless it is
/// known to be local.
#[cfg(target_os = "linux")]
fn fuse_kind(mounts: &str, folder: &Path) -> Option<String> {
    let kind = mounts
        .lines()
        .filter_map(|line| {
            let (before, after) = line.split_once(" - ")?;
            let point = unescape(before.split(' ').nth(4)?);
            let kind = after.split(' ').next()?;
            folder.starts_with(&point).then_some((point.len(), kind))
        })
        // Of two mounts on one point the later hides the earlier.
        .max_by_key(|(depth, _)| *depth)
        .map_or("fuse", |(_, kind)| kind);
    (!LOCAL_FUSE.contains(&kind)).then(|| kind.to_owned())
}

/// Undoes the octal escapes of blanks in `/proc/self/mountinfo`.
#[cfg(target_os = "linux")]
fn unescape(point: &str) -> String {
    point.replace("\\040", " ").replace("\\011", "\t").replace("\\012", "\n").replace("\\134", "\\")
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::path::Path;

    use super::{fuse_kind, kind};

    const MOUNTS: &str = "\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
40 22 0:38 / /mnt/far rw,nosuid shared:9 - fuse.sshfs host:/srv rw
41 22 0:39 / /mnt/far/near rw,nosuid - fuseblk /dev/sdb1 rw
42 22 0:40 / /mnt/two\\040words rw - fuse.rclone remote: rw
";

    #[test]
    fn the_innermost_mount_decides() {
        let check = |folder, expected: Option<&str>| {
            assert_eq!(fuse_kind(MOUNTS, Path::new(folder)).as_deref(), expected, "{folder}");
        };
        check("/mnt/far/data", Some("fuse.sshfs"));
        check("/mnt/far/near/data", None);
        check("/mnt/two words/data", Some("fuse.rclone"));
    }

    #[test]
    fn an_unknown_program_counts_as_a_network() {
        assert_eq!(fuse_kind("", Path::new("/data")).as_deref(), Some("fuse"));
    }

    #[test]
    fn a_local_folder_is_local() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(kind(folder.path()), None);
    }
}
