package server

import "testing"

func TestPasswordHash(t *testing.T) {
	hash, err := hashPassword("secret")
	if err != nil {
		t.Fatal(err)
	}
	if !matches(hash, "secret") || matches(hash, "other") || matches("nonsense", "secret") {
		t.Errorf("%s", hash)
	}
}

func TestMergeArguments(t *testing.T) {
	got := merge([]string{"--a=1", "--b=2"}, []string{"b=3", "audit-log-path=/x"})
	want := []string{"--a=1", "--b=3", "--audit-log-path=/x"}
	if len(got) != len(want) {
		t.Fatalf("%q", got)
	}
	for index := range want {
		if got[index] != want[index] {
			t.Errorf("%q", got)
		}
	}
}
