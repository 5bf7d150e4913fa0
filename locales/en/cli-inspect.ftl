## yagura inspect

command-inspect = See what reports hold, without keeping anything
command-inspect-examples =
    yagura inspect scan.nessus
    yagura inspect reports.zip --json
    trivy image -f json app:1 | yagura inspect -

inspect-summary = { $read ->
    [one] 1 report read
   *[other] { $read } reports read
}{ $refused ->
    [0] .
   *[other] , { $refused } refused.
}
