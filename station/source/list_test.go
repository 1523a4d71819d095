package source_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"cetak/station/record"
	"cetak/station/source"
)

// A list gives back what was put in, whatever was taken out of it since, and the list before stays as it was.
func TestList(t *testing.T) {
	var items []source.Item
	at := time.Date(2026, 3, 2, 9, 0, 0, int(7*time.Millisecond), time.UTC)
	for i := range 9000 { // three parts
		it := source.Item{
			Key: record.Key{ID: fmt.Sprintf("PRR-%d", i), Issue: 1 + i%9999}, Kind: []record.Kind{record.WNI, record.WNA}[i%2], Reason: fmt.Sprint("r", i%7),
			Cleared: at.Add(time.Duration(i) * time.Millisecond), NotAfter: at.AddDate(0, 0, i%50), Name: fmt.Sprintf("NAMA É%d", i*i), NIK: fmt.Sprint(i), Warnings: i % 3,
		}
		if i > 8000 && i%5 == 0 {
			it.Until = at.AddDate(0, 0, i%9)
		}
		items = append(items, it)
	}
	list := source.ListOf(items)
	if !slices.Equal(list.Items(), items) {
		t.Fatal("the list is another than its items")
	}
	whole := list
	for _, i := range []int{8998, 8000, 4096, 4095, 1, 0} {
		if place, ok := list.Find(items[i].Key); !ok || place != i {
			t.Fatalf("record %d at %d, %v", i, place, ok)
		}
		list = list.Without(items[i].Key)
		if again := list.Without(items[i].Key); again != list {
			t.Fatalf("record %d is there twice", i)
		}
		items = slices.Delete(slices.Clone(items), i, i+1)
	}
	if !slices.Equal(list.Items(), items) || whole.Len() != len(items)+6 || whole.Item(4096).Key.ID != "PRR-4096" {
		t.Fatal("what was taken out is not what is missing")
	}
	for i, it := range items {
		if p, n := list.At(i); p.Key(n) != it.Key || p.Kind(n) != it.Kind || p.Reason(n) != it.Reason || !p.NotAfter(n).Equal(it.NotAfter) || !p.Until(n).Equal(it.Until) {
			t.Fatalf("at %d: %v", i, p.Key(n))
		}
	}
	for _, it := range items {
		list = list.Without(it.Key)
		if it.Key.ID == "PRR-20" {
			break
		}
	}
	var none *source.List
	if empty := source.ListOf(nil); empty.Len() != 0 || none.Len() != 0 || len(empty.Items()) != 0 || list.Len() != len(items)-19 {
		t.Error("lists of nothing, or of the rest", list.Len())
	}
}
