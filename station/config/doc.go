// Package config holds the settings of a station: one strict TOML file, cetak.toml, in the station folder. A key that is
// not known is an error that names its line; a key that is left out has its default.
package config
