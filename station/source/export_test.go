package source

// SwapSearchLines exchanges the sealed lines of the queue's rows, as a hand in the database file would.
func (s *Store) SwapSearchLines() error {
	_, err := s.db.Exec("UPDATE queue SET line = (SELECT line FROM queue q WHERE q.id <> queue.id)")
	return err
}
