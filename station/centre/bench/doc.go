// Package bench measures a centre on this machine with the whole country's desks: a service in a process of its own, every desk with its
// certificate and its connection, and beside it the same transactions as bare SQL through the same driver.
package bench
