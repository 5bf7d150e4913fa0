## yagura formats

command-formats = List the reports that can be read, with their specifications
formats-count = { $count ->
    [one] 1 format can be read
   *[other] { $count } formats can be read
}
formats-record = a record is: { $unit }
