package config

import (
	_ "embed"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/pelletier/go-toml/v2"

	"cetak/station/durable"
)

// form is the file as it is written: every key with its explanation.
//
//go:embed cetak.toml.tmpl
var form string

// Text is the file's content for these settings.
func (c Config) Text() (string, error) {
	t, err := template.New(File).Funcs(template.FuncMap{"v": value}).Option("missingkey=error").Parse(form)
	if err != nil {
		return "", fault(Unreadable, File, err)
	}
	var b strings.Builder
	if err := t.Execute(&b, c); err != nil {
		return "", fault(Unreadable, File, err)
	}
	return b.String(), nil
}

// value writes one TOML value: plain words in quotation marks, the rest as the library sees fit.
func value(v any) (string, error) {
	if s, ok := v.(string); ok && plain(s) {
		return `"` + s + `"`, nil
	}
	b, err := toml.Marshal(map[string]any{"v": v})
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(strings.TrimPrefix(string(b), "v = ")), nil
}

func plain(s string) bool {
	for _, r := range s {
		if r < ' ' || r > '~' || r == '"' || r == '\\' {
			return false
		}
	}
	return true
}

// Save writes the settings into the station folder dir, which must exist, with a comment on each key: whole or not at
// all, also when the computer stops in the middle. It does not Validate, so that a file with empty places can be written
// for a technician to fill in. Fault: Unreadable.
func Save(dir string, c Config) error {
	text, err := c.Text()
	if err != nil {
		return err
	}
	if err := durable.Write(filepath.Join(dir, File), []byte(text), 0o644); err != nil {
		return fault(Unreadable, File+" may not be written", err)
	}
	return nil
}
