//go:build !linux || !cgo

package main

import "errors"

// ringX has no X server to ring the bell of.
func ringX() error { return errors.New("no X server") }
