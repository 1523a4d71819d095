package report

import (
	"path/filepath"
	"strings"
)

// Format is a kind of file.
type Format string

// Formats.
const (
	PDF  Format = "pdf"
	XLSX Format = "xlsx"
	CSV  Format = "csv"
)

// Formats lists them.
func Formats() []Format { return []Format{PDF, XLSX, CSV} }

// FormatOf takes the format from a file's name. Fault: UnknownFormat.
func FormatOf(name string) (Format, error) {
	ext := strings.ToLower(strings.TrimPrefix(filepath.Ext(name), "."))
	for _, f := range Formats() {
		if ext == string(f) {
			return f, nil
		}
	}
	return "", refuse(UnknownFormat, "the file's name must end in .pdf, .xlsx, or .csv", nil)
}
