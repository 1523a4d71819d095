package assembly

import (
	"os"
	"path/filepath"

	"github.com/rs/zerolog"
)

// LogFile is the technician's log in a station folder. No personal data goes into it.
const LogFile = "cetak.log"

// DefaultDir is the station folder when none is named: CETAK_DIR, else the user's data folder.
func DefaultDir() string {
	if d := os.Getenv("CETAK_DIR"); d != "" {
		return d
	}
	base := os.Getenv("XDG_DATA_HOME")
	if base == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "cetak"
		}
		base = filepath.Join(home, ".local", "share")
	}
	return filepath.Join(base, "cetak")
}

// OpenLog opens the log of the station folder, so that screen and log are never mixed. Where it cannot be written the
// log is dropped: the folder itself is in trouble then, and opening it says so. level is one of the settings' words.
func OpenLog(dir, level string) zerolog.Logger {
	f, err := os.OpenFile(filepath.Join(dir, LogFile), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return zerolog.Nop()
	}
	l, err := zerolog.ParseLevel(level)
	if err != nil {
		l = zerolog.InfoLevel
	}
	return zerolog.New(f).Level(l).With().Timestamp().Logger()
}
