package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// A paper of a drill says so in every format, and that instead of what a test station's says.
func TestDrillPapers(t *testing.T) {
	o := office()
	o.Specimen = true
	made := map[Format][2][]byte{}
	for i, drill := range []bool{false, true} {
		o.Drill = drill
		for _, f := range []Format{PDF, XLSX, CSV} {
			var b bytes.Buffer
			if err := Write(&b, f, plainPaper{o, []part{prose("x")}}); err != nil {
				t.Fatal(err)
			}
			both := made[f]
			both[i] = b.Bytes()
			made[f] = both
		}
	}
	if s := string(made[CSV][1]); !strings.Contains(s, "Status,LATIHAN\r\n") || strings.Contains(s, "SPESIMEN") {
		t.Errorf("%s", s)
	}
	book, err := excelize.OpenReader(bytes.NewReader(made[XLSX][1]))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	found, err := book.SearchSheet(letterSheet, "LATIHAN", true)
	if err != nil || len(found) != 1 {
		t.Errorf("the workbook: %v, %v", found, err)
	}
	if bytes.Equal(made[PDF][0], made[PDF][1]) {
		t.Error("the PDF has the same word across it as a test station's")
	}
}
