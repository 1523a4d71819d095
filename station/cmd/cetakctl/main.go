// Command cetakctl runs and inspects a print desk without a window.
package main

import "cetak/station/cmdline"

func main() { cmdline.Main(run) }
