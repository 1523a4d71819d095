// Command panel is the simulated machine in a window: see docs/simulator.md.
package main

import "os"

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }
