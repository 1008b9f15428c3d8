package agent

import "golang.org/x/sys/unix"

// mountOverlay tries an overlay over the four folders of a folder.
func mountOverlay(folder string) error {
	options := "lowerdir=" + folder + "/lower,upperdir=" + folder + "/upper,workdir=" + folder + "/work"
	if err := unix.Mount("overlay", folder+"/merged", "overlay", 0, options); err != nil {
		return err
	}
	return unix.Unmount(folder+"/merged", 0)
}
