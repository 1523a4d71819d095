// Command hwsim is the simulated desk hardware: see docs/simulator.md.
package main

import (
	"os"

	"cetak/hwsim/command"
)

func main() { os.Exit(command.Run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
