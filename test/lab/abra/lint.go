// The lint rules that stop a deploy: R009, the compose files load; R014, every tag is annotated.
package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/docker/cli/cli/compose/types"

	"hearth-lab/compose"
)

// lint returns the broken rules of the clone in its current state. loadError: docker's verdict on the compose files.
func lint(recipe string, loadError error) ([]string, error) {
	var broken []string
	if loadError != nil {
		broken = append(broken, "R009: valid compose config: "+oneLine(loadError.Error()))
	}
	refs, err := git(clonePath(recipe), "for-each-ref", "--format=%(objecttype) %(refname:strip=2)", "refs/tags")
	if err != nil {
		return nil, err
	}
	for _, ref := range lines(refs) {
		if !strings.HasPrefix(ref, "tag ") {
			return append(broken, "R014: only annotated tags used for recipe version"), nil
		}
	}
	return broken, nil
}

// loadCompose merges the compose files of the clone as docker does.
func loadCompose(recipe string, files []string, env map[string]string) (*types.Config, error) {
	details, err := compose.Read(clonePath(recipe), files, env)
	if err != nil {
		return nil, err
	}
	return compose.Load(details)
}

// lintRecipe checks compose.yml with the values of .env.sample.
func lintRecipe(words []string, _ flags) error {
	if len(words) == 0 {
		return fmt.Errorf("no recipe provided")
	}
	recipe := words[0]
	sample, _ := os.ReadFile(clonePath(recipe, ".env.sample"))
	env, err := parseEnv(string(sample))
	if err != nil {
		return fmt.Errorf("can't parse .env.sample of %s: %w", recipe, err)
	}
	_, loadError := loadCompose(recipe, []string{"compose.yml"}, deployEnv(recipe, recipe, env))
	broken, err := lint(recipe, loadError)
	if err == nil && len(broken) > 0 {
		err = fmt.Errorf("%s", strings.Join(broken, ", "))
	}
	return err
}
