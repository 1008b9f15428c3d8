package agent

import (
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"farthing.lab/k3s/logs"
	"github.com/klauspost/compress/zstd"
)

// importImages loads what lies in agent/images. A broken file is told and passed over.
func (a *Agent) importImages(ctx context.Context) {
	entries, err := os.ReadDir(a.file("images"))
	if err != nil {
		return
	}
	for _, entry := range entries {
		path := a.file("images", entry.Name())
		if err := a.importImage(ctx, path); err != nil {
			logs.Error("Error encountered while importing %s: %v", path, err)
		}
	}
}

func (a *Agent) importImage(ctx context.Context, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	var reader io.Reader = file
	name := filepath.Base(path)
	has := func(suffixes ...string) bool {
		for _, suffix := range suffixes {
			if strings.HasSuffix(name, suffix) {
				return true
			}
		}
		return false
	}
	switch {
	case has(".txt"):
		content, err := io.ReadAll(file)
		if err != nil {
			return err
		}
		for _, image := range strings.Fields(string(content)) {
			if output, err := a.ctr(ctx, nil, "images", "pull", "--hosts-dir", a.file("etc", "containerd", "certs.d"), full(image)); err != nil {
				logs.Error("Failed to pull %s: %v: %s", image, err, output)
			}
		}
		return nil
	case has(".tar"):
	case has(".tar.gz", ".tgz"):
		if reader, err = gzip.NewReader(file); err != nil {
			return err
		}
	case has(".tar.zst", ".tzst"):
		decoder, err := zstd.NewReader(file)
		if err != nil {
			return err
		}
		defer decoder.Close()
		reader = decoder
	case has(".tar.bz2", ".tbz"):
		reader = bzip2.NewReader(file)
	default:
		return nil
	}
	started := time.Now()
	logs.Info("Importing images from %s", path)
	if output, err := a.ctr(ctx, reader, "images", "import", "-"); err != nil {
		return fmt.Errorf("%w: %s", err, bytes.TrimSpace(output))
	}
	logs.Info("Imported images from %s in %s", path, time.Since(started).Round(time.Millisecond))
	return nil
}

func (a *Agent) ctr(ctx context.Context, input io.Reader, arguments ...string) ([]byte, error) {
	command := exec.CommandContext(ctx, a.program("ctr"), append([]string{"--address", Socket, "--namespace", "k8s.io"}, arguments...)...)
	command.Stdin = input
	return command.CombinedOutput()
}

func full(image string) string {
	first, _, ok := strings.Cut(image, "/")
	if ok && (strings.ContainsAny(first, ".:") || first == "localhost") {
		return image
	}
	if !ok {
		return "docker.io/library/" + image
	}
	return "docker.io/" + image
}
