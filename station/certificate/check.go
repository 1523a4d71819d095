package certificate

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"cetak/drivers"
)

// Check says whether the certificate is whole and its figures agree. Fault: DoesNotAdd.
func (c Certificate) Check() error {
	if err := c.checkHead(); err != nil {
		return err
	}
	if len(c.Stock) != 2 || c.Stock[0].Type != "WNI" || c.Stock[1].Type != "WNA" {
		return refuse(DoesNotAdd, "it does not tell of both types of blanks", nil)
	}
	for _, s := range c.Stock {
		if err := c.checkStock(s); err != nil {
			return err
		}
	}
	return c.checkCards()
}

func (c Certificate) checkHead() error {
	whole := func(t time.Time) bool {
		return !t.IsZero() && t.Equal(t.Truncate(time.Second)) && t.Location() == time.UTC
	}
	named := func(p [2]string) bool {
		a, b := strings.TrimSpace(p[0]), strings.TrimSpace(p[1])
		return a != "" && b != "" && !strings.EqualFold(a, b)
	}
	switch {
	case c.Version != Version:
		return refuse(DoesNotAdd, fmt.Sprintf("version %d of the form is not known", c.Version), nil)
	case c.Station == "" || c.Shift == "":
		return refuse(DoesNotAdd, "station or shift is not named", nil)
	case !whole(c.Opened) || !whole(c.Closed) || c.Closed.Before(c.Opened):
		return refuse(DoesNotAdd, "opened and closed are no times one after the other", nil)
	case !named(c.OpenedBy) || !named(c.ClosedBy):
		return refuse(DoesNotAdd, "opening or closing is not by two people", nil)
	case c.Journal.First < 1 || c.Journal.Last < c.Journal.First || !hash.MatchString(c.Journal.Head):
		return refuse(DoesNotAdd, "the lines of the journal are not named", nil)
	}
	return nil
}

func (c Certificate) checkStock(s Stock) error {
	for _, n := range []int{s.Opening, s.Drawn, s.Found, s.Good, s.Returned, s.Missing, s.Closing} {
		if n < 0 || n > most {
			return refuse(DoesNotAdd, s.Type+" has a figure that cannot be", nil)
		}
	}
	for cause, n := range s.Spoiled {
		if n < 1 || n > most || cause == "" {
			return refuse(DoesNotAdd, s.Type+" has a figure that cannot be", nil)
		}
	}
	if s.Closing-s.Book() != s.Difference {
		return refuse(DoesNotAdd, fmt.Sprintf("%s: %d must be left and %d are", s.Type, s.Book(), s.Closing), nil)
	}
	if s.Difference == 0 {
		return nil
	}
	for _, w := range c.Waivers {
		if w.At == "closing" && w.Type == s.Type && w.Difference == s.Difference && w.Who != "" && w.Reason != "" {
			return nil
		}
	}
	return refuse(DoesNotAdd, fmt.Sprintf("%s: nobody waived the difference of %d", s.Type, s.Difference), nil)
}

func (c Certificate) checkCards() error {
	type pile struct {
		kind   string
		result Result
		cause  string
	}
	seen, have := map[string]bool{}, map[pile]int{}
	for _, card := range c.Cards {
		if !chip.MatchString(card.UID) || len(card.UID)%2 != 0 {
			return refuse(DoesNotAdd, "a card without a chip number", nil)
		}
		if seen[card.UID] {
			return refuse(DoesNotAdd, "chip "+card.UID+" is in it twice", nil)
		}
		seen[card.UID] = true
		have[pile{card.Type, card.Result, card.Cause}]++
	}
	listed := 0
	for _, s := range c.Stock {
		good, missing := have[pile{s.Type, Good, ""}], have[pile{s.Type, Missing, ""}]
		if good != s.Good {
			return refuse(DoesNotAdd, fmt.Sprintf("%s: %d good cards and %d chip numbers of good cards", s.Type, s.Good, good), nil)
		}
		if missing > s.Missing {
			return refuse(DoesNotAdd, fmt.Sprintf("%s: %d missing and %d chip numbers of missing cards", s.Type, s.Missing, missing), nil)
		}
		listed += good + missing
		for cause, n := range s.Spoiled {
			k := have[pile{s.Type, Spoiled, cause}]
			if k > n {
				return refuse(DoesNotAdd, fmt.Sprintf("%s: %d spoiled by %s and %d chip numbers of them", s.Type, n, cause, k), nil)
			}
			listed += k
		}
	}
	if listed != len(c.Cards) {
		return refuse(DoesNotAdd, "a card whose type, result, or cause is in no count", nil)
	}
	return nil
}

// most is far above what any desk can hold.
const most = 1_000_000_000

var (
	hash = regexp.MustCompile(`^[0-9a-f]{64}$`)
	chip = regexp.MustCompile(`^[0-9A-F]{2,64}$`)
)

func refuse(code drivers.Code, detail string, err error) error {
	return &drivers.Fault{Code: code, Op: "certificate", Card: drivers.NoCard, Again: drivers.AgainNever, Detail: detail, Err: err}
}
