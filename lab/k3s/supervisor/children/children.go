// Package children runs the programs that K3s runs in its own process. They live and die with it.
package children

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"

	"farthing.lab/k3s/logs"
)

// Child is one program to run.
type Child struct {
	Name        string
	Program     string
	Arguments   []string
	Environment []string
	// LogFile takes the output instead of the journal.
	LogFile string
}

var (
	lock    sync.Mutex
	running []*os.Process
	ending  bool
)

// Start runs a child. When it ends unasked, so do we: in K3s they are one process.
func Start(child Child) error {
	output := io.Writer(os.Stderr)
	if child.LogFile != "" {
		if err := os.MkdirAll(filepath.Dir(child.LogFile), 0o755); err != nil {
			return err
		}
		file, err := os.OpenFile(child.LogFile, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
		if err != nil {
			return err
		}
		output = file
	}
	started := make(chan error, 1)
	go func() {
		// The kernel ends a child when the *thread* that started it ends, so this thread waits with it.
		runtime.LockOSThread()
		command := exec.Command(child.Program, child.Arguments...)
		command.Args[0] = child.Name
		command.Env = append(os.Environ(), child.Environment...)
		command.Stdout, command.Stderr = output, output
		command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		if err := command.Start(); err != nil {
			started <- fmt.Errorf("failed to start %s: %w", child.Name, err)
			return
		}
		lock.Lock()
		running = append(running, command.Process)
		lock.Unlock()
		started <- nil
		err := command.Wait()
		lock.Lock()
		asked := ending
		lock.Unlock()
		if !asked {
			logs.Fatal("%s exited: %v", child.Name, err)
		}
	}()
	return <-started
}

// Stop asks the children to end, last started first, and waits a little for each.
func Stop() {
	lock.Lock()
	ending = true
	list := append([]*os.Process{}, running...)
	lock.Unlock()
	for index := len(list) - 1; index >= 0; index-- {
		process := list[index]
		if process.Signal(syscall.SIGTERM) != nil {
			continue
		}
		for deadline := time.Now().Add(1500 * time.Millisecond); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
			if process.Signal(syscall.Signal(0)) != nil {
				break
			}
		}
	}
}
