## Why a file was refused

parse-empty = There is nothing in it.
parse-unknown_format = The format is not recognised. `yagura formats` lists what can be read.
parse-ambiguous = It could be of several formats. Name one with --format.
parse-truncated = It ends too early. Export it again.
parse-malformed = Its syntax is broken.
parse-encoding = Its character encoding is wrong.
parse-too_deep = Its elements are nested too deeply.
parse-too_large = One of its values is too large.
parse-entity = It declares XML entities or refers to external ones, which are never read for safety.
parse-version = This version of the format cannot be read.
parse-tool_error = The tool wrote an error instead of results. Check how the tool ran.
parse-invalid = Something the format demands is missing or has a value it does not allow.
parse-read = Reading it failed half-way.
parse-stopped = The work was stopped.

intake-empty = There is nothing in it.
intake-not_found = There is no such file.
intake-folder = It is a folder. Name the files in it.
intake-unreadable = The file cannot be read. Check its permissions.
intake-broken_container = The compressed file is damaged or ends too early.
intake-unsupported_entry = It is compressed in a way that cannot be read, or is not a file.
intake-decompression_limit = It expands beyond the limit, so unpacking was stopped (possibly a decompression bomb).
intake-too_many_entries = The compressed file holds too many files.
intake-nested_too_deep = Compressed files are nested too deeply in it.
intake-path_traversal = Its name points outside of the compressed file (possibly an attack).
intake-encrypted = It is protected by a password. Remove the protection first.
intake-too_large = It is larger than what is accepted.
intake-spool = A temporary file could not be written. Check the free space of the disk.
