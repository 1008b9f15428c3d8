// pack puts a k3s file together: the supervisor, then the archive of its userland, then the tail that tells where it starts.
package main

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"

	"farthing.lab/k3s/userland"
	"github.com/klauspost/compress/zstd"
)

func main() {
	output := flag.String("output", "", "the k3s file to write")
	executable := flag.String("executable", "", "the supervisor")
	flag.Parse()
	if err := pack(*output, *executable, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// pack takes `name=path` for a file, and `name->target` for a link, all of them in bin/.
func pack(output, executable string, entries []string) error {
	file, err := os.OpenFile(output, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o755)
	if err != nil {
		return err
	}
	defer file.Close()
	head, err := os.Open(executable)
	if err != nil {
		return err
	}
	defer head.Close()
	if _, err := io.Copy(file, head); err != nil {
		return err
	}
	sum := sha256.New()
	counter := &counting{to: io.MultiWriter(file, sum)}
	encoder, err := zstd.NewWriter(counter, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(1<<20))
	if err != nil {
		return err
	}
	archive := tar.NewWriter(encoder)
	sort.Strings(entries)
	// The file that tells a whole folder from a half one comes last; see userland.Ensure.
	for _, entry := range append(entries, "k3s->/proc/self/exe") {
		if err := add(archive, entry); err != nil {
			return err
		}
	}
	if err := archive.Close(); err != nil {
		return err
	}
	if err := encoder.Close(); err != nil {
		return err
	}
	tail := binary.BigEndian.AppendUint64(nil, uint64(counter.count))
	tail = append(append(tail, sum.Sum(nil)...), userland.Mark...)
	_, err = file.Write(tail)
	return err
}

func add(archive *tar.Writer, entry string) error {
	if name, target, ok := strings.Cut(entry, "->"); ok {
		return archive.WriteHeader(&tar.Header{Typeflag: tar.TypeSymlink, Name: "bin/" + name, Linkname: target, Mode: 0o777})
	}
	name, path, ok := strings.Cut(entry, "=")
	if !ok {
		return fmt.Errorf("neither name=path nor name->target: %s", entry)
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if err := archive.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "bin/" + name, Size: info.Size(), Mode: 0o755}); err != nil {
		return err
	}
	_, err = io.Copy(archive, file)
	return err
}

type counting struct {
	to    io.Writer
	count int64
}

func (c *counting) Write(content []byte) (int, error) {
	n, err := c.to.Write(content)
	c.count += int64(n)
	return n, err
}
