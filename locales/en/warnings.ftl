## Warnings while reading

warning-dropped_record = Records that could not be taken in were dropped
warning-time_without_zone = Times without a zone were taken to be in the default zone
warning-unreadable_time = Times could not be read
warning-future_time = Times lie in the future
warning-unreadable_vector = CVSS vectors could not be read and were left out
warning-unknown_severity = Severity words are not known
warning-asset_down = Assets were down or out of reach (not assessed)
warning-incomplete_scan = The scan did not finish (what it could not see is not covered)
warning-uncredentialed = Scanned without credentials (what needs them was not seen)
warning-dangling_reference = References inside the report point to nothing
warning-figure_mismatch = Figures stated in the report do not match its content
warning-cut = Values that are too long were cut
warning-unknown_column = Columns are not known (kept as notes)
warning-duplicate_key = Items stand twice (the last value was taken)
warning-untested_version = A version of the format that was not tested
warning-unreadable_value = Values could not be read and were left out

warned-title = Warnings
warned-count = ({ $count })
warned-first = first at { $at }: { $detail }
