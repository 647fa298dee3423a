// Runs git and docker. A failure quotes what they printed.
package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

func docker(argv ...string) (string, error) {
	return output(exec.Command("docker", argv...))
}

func git(dir string, argv ...string) (string, error) {
	cmd := exec.Command("git", argv...)
	cmd.Dir = dir
	return output(cmd)
}

// output returns the program's standard output without its last newline.
func output(cmd *exec.Cmd) (string, error) {
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		reason := or(strings.TrimSpace(stderr.String()), or(strings.TrimSpace(stdout.String()), err.Error()))
		return "", fmt.Errorf("%s: %s", strings.Join(cmd.Args[:2], " "), oneLine(reason))
	}
	return strings.TrimSuffix(stdout.String(), "\n"), nil
}

func lines(text string) []string {
	return strings.FieldsFunc(text, func(char rune) bool { return char == '\n' })
}

// closeOnExec keeps inherited descriptors, such as a caller's lock, from git and docker: abra itself has no children.
func closeOnExec() {
	entries, _ := os.ReadDir("/proc/self/fd")
	for _, entry := range entries {
		if fd, err := strconv.Atoi(entry.Name()); err == nil && fd > 2 {
			syscall.CloseOnExec(fd)
		}
	}
}
