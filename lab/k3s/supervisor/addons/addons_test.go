package addons

import "testing"

func TestParse(t *testing.T) {
	objects, err := Parse([]byte("---\n# only a comment\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\napiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: b}}\n"))
	if err != nil || len(objects) != 2 || objects[1]["kind"] != "Secret" {
		t.Errorf("%v, %v", objects, err)
	}
	for _, text := range []string{"a: [", "metadata: {name: x}\n"} {
		if _, err := Parse([]byte(text)); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
	if objects, err := Parse([]byte(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}`)); err != nil || len(objects) != 1 {
		t.Errorf("JSON: %v, %v", objects, err)
	}
}

func TestNames(t *testing.T) {
	if got := addonName("/x/my.app.yaml"); got != "my" {
		t.Errorf("got %s", got)
	}
	c := controller{Options: Options{Folder: "/m", Disabled: []string{"coredns", "extra"}}}
	for path, want := range map[string]bool{"/m/coredns.yaml": true, "/m/extra/any.yaml": true, "/m/local-storage.yaml": false} {
		if c.disabled(path) != want {
			t.Errorf("disabled(%s) is not %t", path, want)
		}
	}
}
