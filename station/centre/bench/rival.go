package bench

import "context"

// turns is how often the service and bare SQL take turns within one step. A machine that others use too is now faster and now slower, for a
// minute at a time: what is to be compared must lie closer together than that.
const turns = 8

// inTurn does n things in parts, each first by one way and then by the other, or the other way round. other may be nil.
func inTurn(n int, one, other func(from, to int) error) error {
	if other == nil {
		return one(0, n)
	}
	for i := range turns {
		ways := []func(from, to int) error{one, other}
		for k := range ways {
			if err := ways[(i+k)%2](n*i/turns, n*(i+1)/turns); err != nil {
				return err
			}
		}
	}
	return nil
}

// rival is bare SQL: it sends what was written down when the store did the same, part by part.
type rival struct {
	*run
	together int
	play     func(context.Context, int, script) error
	at       tally
	done     []Step
}

// part gives how a part of a step is done; nil where there is nothing to do.
func (v *rival) part(ctx context.Context, s Step, together int) func(from, to int) error {
	if v == nil || v.scripts[s.Name] == nil {
		return nil
	}
	all := v.scripts[s.Name]
	v.at = tally{Step: s}
	return func(from, to int) error {
		return v.at.measure(ctx, from, to, min(together, v.together), func(ctx context.Context, worker, i int) error { return v.play(ctx, worker, all[i]) })
	}
}

// end keeps what was measured of the step.
func (v *rival) end() {
	if v != nil && v.at.Calls > 0 {
		v.done = append(v.done, v.at.sum())
		v.at = tally{}
	}
}
