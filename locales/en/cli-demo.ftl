## yagura demo

command-demo = Make example data
command-demo-generate = Write the reports of a government that is not real into a folder
command-demo-generate-examples =
    yagura demo generate -o example
    yagura demo generate --orgs 30 --devices 10000 --days 365 --seed 7 -o example

argument-demo-generate-orgs = How many ministries (default: 3)
argument-demo-generate-devices = How many devices in all (default: 300)
argument-demo-generate-findings_per_device = How many findings a device has in the whole time, on average (default: 20)
argument-demo-generate-days = How many days, with a report of each source every week (default: 28)
argument-demo-generate-seed = The same number gives the same reports (default: 1)
argument-demo-generate-output = Folder to write into; it must be empty or not be there

demo-written = { $count ->
    [one] 1 report
   *[other] { $count } reports
} of { $organisations ->
    [one] 1 organisation
   *[other] { $organisations } organisations
}; the order to take them in is in { $plan }
demo-in-use = The folder is not empty.
demo-unwritable = The reports could not be written.
