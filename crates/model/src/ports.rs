//! Network ports, as a scan names those it looks at.

use std::{collections::BTreeMap, fmt, str::FromStr};

/// Ports by protocol, as ranges that neither touch nor overlap.
///
/// As text: `tcp:22,80-443 udp:53`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ports(BTreeMap<String, Vec<(u16, u16)>>);

/// A text is no list of ports.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no list of ports")]
pub struct PortsError(pub String);

impl Ports {
    /// Adds ports of a protocol, written `1-1000,3306`; what is there already stays.
    ///
    /// # Errors
    /// If the text is no such list: then nothing is added.
    pub fn add(&mut self, protocol: &str, list: &str) -> Result<(), PortsError> {
        let wrong = || PortsError(list.chars().take(80).collect());
        let mut ranges = Vec::new();
        for part in list.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let range: (u16, u16) =
                (first.parse().map_err(|_| wrong())?, last.parse().map_err(|_| wrong())?);
            if range.0 > range.1 {
                return Err(wrong());
            }
            ranges.push(range);
        }
        if ranges.is_empty() || protocol.is_empty() || protocol.contains([' ', ':']) {
            return Err(wrong());
        }
        let known = self.0.entry(protocol.to_ascii_lowercase()).or_default();
        ranges.append(known);
        ranges.sort_unstable();
        for (first, last) in ranges {
            match known.last_mut() {
                Some((_, end)) if u32::from(first) <= u32::from(*end) + 1 => *end = last.max(*end),
                _ => known.push((first, last)),
            }
        }
        Ok(())
    }

    /// Whether no port is named.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a finding at a location would be seen: one at a port (`443/tcp`) if that port is
    /// among these, one at anything else in any case, since that is of the host.
    pub fn see(&self, location: &str) -> bool {
        let at = location.split_once('/').and_then(|(port, protocol)| {
            Some((port.parse::<u16>().ok()?, protocol.to_ascii_lowercase()))
        });
        let Some((port, protocol)) = at else { return true };
        let ranges = self.0.get(&protocol).map_or(&[][..], Vec::as_slice);
        ranges.iter().any(|(first, last)| (*first..=*last).contains(&port))
    }
}

impl fmt::Display for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, (protocol, ranges)) in self.0.iter().enumerate() {
            write!(f, "{}{protocol}:", if number > 0 { " " } else { "" })?;
            for (number, (first, last)) in ranges.iter().enumerate() {
                write!(f, "{}{first}", if number > 0 { "," } else { "" })?;
                if last > first {
                    write!(f, "-{last}")?;
                }
            }
        }
        Ok(())
    }
}

impl FromStr for Ports {
    type Err = PortsError;

    fn from_str(text: &str) -> Result<Self, PortsError> {
        let mut ports = Self::default();
        for part in text.split_whitespace() {
            let (protocol, list) =
                part.split_once(':').ok_or_else(|| PortsError(part.to_owned()))?;
            ports.add(protocol, list)?;
        }
        Ok(ports)
    }
}

#[cfg(test)]
mod tests {
    use super::Ports;

    #[test]
    fn ports_are_one_list_however_they_are_written() {
        let mut ports = Ports::default();
        ports.add("tcp", "443,80,81-90,1-22").unwrap();
        ports.add("UDP", "53").unwrap();
        ports.add("tcp", "23").unwrap();
        assert_eq!(ports.to_string(), "tcp:1-23,80-90,443 udp:53");
        assert_eq!(ports.to_string().parse(), Ok(ports.clone()));
        ports.add("tcp", "0-65535").unwrap();
        assert_eq!(ports.to_string(), "tcp:0-65535 udp:53");
        for wrong in ["", "x", "9-1", "70000", "1-"] {
            assert!(ports.add("tcp", wrong).is_err(), "{wrong}");
        }
        assert!("tcp".parse::<Ports>().is_err() && "".parse::<Ports>().unwrap().is_empty());
    }

    #[test]
    fn what_is_at_another_port_is_not_seen() {
        let ports: Ports = "tcp:1-1000 udp:53".parse().unwrap();
        for (location, seen) in [
            ("443/tcp", true),
            ("53/udp", true),
            ("8443/tcp", false),
            ("443/udp", false),
            ("443/sctp", false),
            ("", true),
            ("/etc/passwd", true),
            ("lib/libexample.so", true),
        ] {
            assert_eq!(ports.see(location), seen, "{location}");
        }
    }
}
