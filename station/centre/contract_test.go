package centre_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"cetak/station/centre"
	"cetak/station/centre/api"
	"cetak/station/record"
)

// contract is docs/centre.openapi.yaml, read as plain data.
type contract struct{ doc map[string]any }

func readContract(t *testing.T) contract {
	t.Helper()
	text, err := os.ReadFile("../../docs/centre.openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var c contract
	if err := yaml.Unmarshal(text, &c.doc); err != nil {
		t.Fatal(err)
	}
	return c
}

func at(v any, path ...string) any {
	for _, p := range path {
		m, _ := v.(map[string]any)
		v = m[p]
	}
	return v
}

// follow resolves a $ref within the file.
func (c contract) follow(v any) map[string]any {
	m, _ := v.(map[string]any)
	for m != nil {
		ref, ok := m["$ref"].(string)
		if !ok {
			return m
		}
		m, _ = at(c.doc, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...).(map[string]any)
	}
	return m
}

// body is the schema of a request or, with a status, of its answer.
func (c contract) body(method, path, status string) map[string]any {
	op := at(c.doc, "paths", path, strings.ToLower(method))
	if status == "" {
		return c.follow(at(op, "requestBody", "content", "application/json", "schema"))
	}
	answers, _ := at(op, "responses").(map[string]any)
	if r, ok := answers[status]; ok {
		content, _ := at(c.follow(r), "content").(map[string]any)
		for _, as := range []string{"application/json", api.SealedType} {
			if s := c.follow(at(content, as, "schema")); s != nil {
				return s
			}
		}
		return nil
	}
	return c.follow(at(c.follow(answers["default"]), "content", "application/problem+json", "schema"))
}

// check holds a text against a schema: of JSON Schema what the contract uses, and a word it does not know is an error.
func (c contract) check(schema map[string]any, text []byte) error {
	if schema == nil {
		return fmt.Errorf("no schema")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return err
	}
	return c.value(schema, v, "body")
}

func (c contract) value(schema map[string]any, v any, where string) error {
	for word, want := range schema {
		if err := c.rule(schema, word, want, v, where); err != nil {
			return err
		}
	}
	return nil
}

func (c contract) rule(schema map[string]any, word string, want, v any, where string) error {
	wrong := func(format string, a ...any) error {
		return fmt.Errorf("%s: %s", where, fmt.Sprintf(format, a...))
	}
	text, isText := v.(string)
	list, _ := v.([]any)
	object, isObject := v.(map[string]any)
	number := func() (n float64) {
		if j, ok := v.(json.Number); ok {
			n, _ = j.Float64()
		}
		return n
	}
	bound := func() float64 { n, _ := want.(int); return float64(n) }
	switch word {
	case "description", "default":
	case "type":
		kinds, ok := want.([]any)
		if !ok {
			kinds = []any{want}
		}
		if !slices.ContainsFunc(kinds, func(k any) bool { return isA(v, k.(string)) }) {
			return wrong("%T is no %v", v, want)
		}
	case "enum":
		if !slices.Contains(want.([]any), v) {
			return wrong("%v is not in %v", v, want)
		}
	case "pattern":
		if isText && !regexp.MustCompile(want.(string)).MatchString(text) {
			return wrong("%q does not fit %s", text, want)
		}
	case "minimum":
		if number() < bound() {
			return wrong("%v is below %v", v, want)
		}
	case "maximum":
		if number() > bound() {
			return wrong("%v is above %v", v, want)
		}
	case "minLength", "maxLength":
		if n := float64(len([]rune(text))); word == "minLength" && n < bound() || word == "maxLength" && n > bound() {
			return wrong("%d characters", len(text))
		}
	case "minItems", "maxItems":
		if n := float64(len(list)); list != nil && (word == "minItems" && n < bound() || word == "maxItems" && n > bound()) {
			return wrong("%d items", len(list))
		}
	case "items":
		for i, item := range list {
			if err := c.value(c.follow(want), item, fmt.Sprintf("%s[%d]", where, i)); err != nil {
				return err
			}
		}
	case "required":
		for _, name := range want.([]any) {
			if _, ok := object[name.(string)]; isObject && !ok {
				return wrong("no %s", name)
			}
		}
	case "properties":
		for name, s := range want.(map[string]any) {
			if member, ok := object[name]; ok {
				if err := c.value(c.follow(s), member, where+"."+name); err != nil {
					return err
				}
			}
		}
	case "additionalProperties":
		known, _ := schema["properties"].(map[string]any)
		for name, member := range object {
			if _, ok := known[name]; ok {
				continue
			}
			s, ok := want.(map[string]any)
			if !ok {
				return wrong("%s is not in the contract", name)
			}
			if err := c.value(c.follow(s), member, where+"."+name); err != nil {
				return err
			}
		}
	default:
		return wrong("the contract says %q, which this check does not know", word)
	}
	return nil
}

func isA(v any, kind string) bool {
	switch kind {
	case "string":
		_, ok := v.(string)
		return ok
	case "integer":
		n, ok := v.(json.Number)
		return ok && !strings.ContainsAny(n.String(), ".eE")
	case "boolean":
		_, ok := v.(bool)
		return ok
	case "array":
		_, ok := v.([]any)
		return ok
	case "object":
		_, ok := v.(map[string]any)
		return ok
	case "null":
		return v == nil
	}
	return false
}

// The service has the paths, methods, and roles of the contract, and no others; the codes and reasons are those of the program.
func TestContractAndService(t *testing.T) {
	c := readContract(t)
	said, done := map[string]string{}, map[string]string{}
	for path, methods := range at(c.doc, "paths").(map[string]any) {
		for method, op := range methods.(map[string]any) {
			said[strings.ToUpper(method)+" "+path] = fmt.Sprint(at(op, "x-roles"))
		}
	}
	for _, r := range centre.Routes() {
		done[r.Method+" "+r.Path] = fmt.Sprint(r.Roles)
	}
	if !maps.Equal(said, done) {
		t.Errorf("the contract has %v\nthe service has %v", said, done)
	}
	words := func(schema string, path ...string) string {
		return fmt.Sprint(at(c.doc, append([]string{"components", "schemas", schema}, path...)...))
	}
	codes := []any{}
	for _, code := range api.Codes() {
		codes = append(codes, string(code))
		if api.Status(code) == 500 {
			t.Errorf("%s has no status", code)
		}
	}
	for what, pair := range map[string][2]string{
		"codes":                  {words("Problem", "properties", "code", "enum"), fmt.Sprint(append(codes, "X-101"))},
		"reasons":                {words("Reason", "enum"), fmt.Sprint(record.Reasons())},
		"reasons of withdrawals": {words("Withdrawal", "properties", "reason", "enum"), fmt.Sprint(api.Reasons())},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: the contract has %s, the program %s", what, pair[0], pair[1])
		}
	}
}

// The check itself finds what it should.
func TestContractCheckFinds(t *testing.T) {
	c := readContract(t)
	take := c.body("POST", "/v1/take", "")
	for text, ok := range map[string]bool{
		`{"request":"a","hours":1,"count":3,"kinds":["WNI"],"records":[{"id":"A","issue":1}]}`: true,
		`{"request":"a"}`:                                false,
		`{"request":"a","hours":0}`:                      false,
		`{"request":"a","hours":1.5}`:                    false,
		`{"request":"a b","hours":1}`:                    false,
		`{"request":"a","hours":1,"more":1}`:             false,
		`{"request":"a","hours":1,"kinds":["X"]}`:        false,
		`{"request":"a","hours":1,"records":[{"id":1}]}`: false,
		`[]`: false,
	} {
		if err := c.check(take, []byte(text)); (err == nil) != ok {
			t.Errorf("%s: %v", text, err)
		}
	}
}
