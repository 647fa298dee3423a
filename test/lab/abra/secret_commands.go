// `abra app secret`: generates, inserts, lists and removes an app's secrets in the swarm.
package main

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The longest name that Swarm takes.
const longestName = 64

func existingSecrets() ([]string, error) {
	names, err := docker("secret", "ls", "--format", "{{.Name}}")
	return lines(names), err
}

func createSecret(full, value string) error {
	if length := utf8.RuneCountInString(full); length > longestName {
		return fmt.Errorf("secret name %s is %d characters long, the limit is %d", full, length, longestName)
	}
	existing, err := existingSecrets()
	if err != nil {
		return err
	}
	if slices.Contains(existing, full) {
		return fmt.Errorf("%s already exists", full)
	}
	cmd := exec.Command("docker", "secret", "create", full, "-")
	cmd.Stdin = strings.NewReader(value)
	_, err = output(cmd)
	return err
}

func generateSecrets(words []string, f flags) error {
	a, err := findApp(word(words, 0))
	if err != nil {
		return err
	}
	name, version := word(words, 1), word(words, 2)
	declared, err := declaredSecrets(a)
	if err != nil {
		return err
	}
	var selected []secret
	for _, each := range declared {
		if f.all && each.generate {
			selected = append(selected, each)
		} else if !f.all && each.name == name {
			each.version = or(version, each.version)
			selected = append(selected, each)
		}
	}
	if len(selected) == 0 {
		return fmt.Errorf("%s declares no secret %s", a.domain, or(name, "to generate"))
	}
	for _, each := range selected {
		value, err := randomText(each.charset, each.length)
		if err != nil {
			return err
		}
		if err := createSecret(fullName(a, each.name, each.version), value); err != nil {
			return err
		}
	}
	for _, each := range selected {
		fmt.Println(each.name)
	}
	return nil
}

func randomText(charset string, length int) (string, error) {
	text := make([]byte, length)
	for at := range text {
		index, err := rand.Int(rand.Reader, big.NewInt(int64(len(charset))))
		if err != nil {
			return "", err
		}
		text[at] = charset[index.Int64()]
	}
	return string(text), nil
}

// insertSecret takes the value from the command line, with -f from a file.
func insertSecret(words []string, f flags) error {
	a, err := findApp(word(words, 0))
	if err != nil {
		return err
	}
	if len(words) < 4 {
		return fmt.Errorf("missing arguments: <domain> <secret> <version> <data>")
	}
	value := words[3]
	if f.force {
		data, err := os.ReadFile(value)
		if err != nil {
			return fmt.Errorf("can't read the value: %w", err)
		}
		value = string(data)
	}
	return createSecret(fullName(a, words[1], words[2]), value)
}

func listSecrets(words []string, _ flags) error {
	a, err := findApp(word(words, 0))
	if err != nil {
		return err
	}
	declared, err := declaredSecrets(a)
	if err != nil {
		return err
	}
	existing, err := existingSecrets()
	if err != nil {
		return err
	}
	rows := []map[string]string{}
	for _, each := range declared {
		full := fullName(a, each.name, each.version)
		rows = append(rows, map[string]string{
			"name":              each.name,
			"version":           each.version,
			"generated-name":    full,
			"created-on-server": strconv.FormatBool(slices.Contains(existing, full)),
		})
	}
	return printJSON(rows)
}

// removeSecret removes every version.
func removeSecret(words []string, _ flags) error {
	a, err := findApp(word(words, 0))
	if err != nil {
		return err
	}
	name := word(words, 1)
	own, err := secretsWithPrefix(fullName(a, name, ""))
	if err != nil {
		return err
	}
	if len(own) == 0 {
		return fmt.Errorf("%s has no secret %s", a.domain, name)
	}
	_, err = docker(append([]string{"secret", "rm"}, own...)...)
	return err
}

func secretsWithPrefix(prefix string) ([]string, error) {
	existing, err := existingSecrets()
	return slices.DeleteFunc(existing, func(full string) bool { return !strings.HasPrefix(full, prefix) }), err
}
