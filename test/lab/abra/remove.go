// `abra app remove`: removes an undeployed app's secrets, volumes and .env.
package main

import (
	"fmt"
	"os"
)

func removeApp(words []string, _ flags) error {
	a, err := findApp(word(words, 0))
	if err != nil {
		return err
	}
	names, err := serviceNames(a.stack)
	if err != nil {
		return err
	}
	if len(names) > 0 {
		return fmt.Errorf("%s is still deployed. Run \"abra app undeploy %s\"", a.domain, a.domain)
	}
	secrets, err := secretsWithPrefix(a.stack + "_")
	if err != nil {
		return err
	}
	if err := removeAll("secret", secrets); err != nil {
		return err
	}
	volumes, err := docker("volume", "ls", "--filter", inStack(a.stack), "--format", "{{.Name}}")
	if err != nil {
		return err
	}
	if err := removeAll("volume", lines(volumes)); err != nil {
		return err
	}
	return os.Remove(a.path)
}

// removeAll calls `docker <kind> rm`, which refuses to be called without names.
func removeAll(kind string, names []string) error {
	if len(names) == 0 {
		return nil
	}
	_, err := docker(append([]string{kind, "rm"}, names...)...)
	return err
}
