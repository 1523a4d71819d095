// Package ground is where a drill takes place: a folder of its own with a station and a simulator in it, never a station's. It starts
// and ends the simulator, reaches into the machine where the day says so, takes the power away, and works out the score.
package ground
