package main

import "golang.org/x/sys/windows"

// muteCrashes has nothing to do: a program with a window has no log of its session here.
func muteCrashes() {}

// sticks are the drives that can be taken out.
func sticks() []string {
	var all []string
	for c := 'D'; c <= 'Z'; c++ {
		path := string(c) + `:\`
		if p, err := windows.UTF16PtrFromString(path); err == nil && windows.GetDriveType(p) == windows.DRIVE_REMOVABLE {
			all = append(all, path)
		}
	}
	return all
}
