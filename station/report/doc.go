// Package report makes the papers of an office: minutes (berita acara), daily sheet, monthly book, lists, certificate, and
// temporary letter. Each paper is a struct of plain data that describes itself once; Write turns the description into PDF,
// XLSX, or CSV. It is pure: no clock, no files, no books; the same data give the same bytes.
//
// The papers are in Indonesian, which is the language of the office's files. They carry no personal data but what the paper
// is for, and the NIK is masked on all of them but the suket.
//
// A paper whose figures do not add up is not made.
package report
