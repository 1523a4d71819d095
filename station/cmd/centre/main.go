// Command centre runs the service behind many desks and keeps its certificates, stations, and records.
package main

import "cetak/station/cmdline"

func main() { cmdline.Main(run) }
