// A recipe's clone: fetches it, checks out a version, describes its state.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
)

func clonePath(recipe string, names ...string) string {
	return abraDir(append([]string{"recipes", recipe}, names...)...)
}

func isCloned(recipe string) bool {
	_, err := os.Stat(clonePath(recipe, ".git", "HEAD"))
	return err == nil
}

// fetch clones the recipe from its URL in the catalogue, or updates the clone and its tags.
func fetch(recipe string) error {
	if isCloned(recipe) {
		_, err := git(clonePath(recipe), "fetch", "--quiet", "--tags", "--force", "origin")
		return err
	}
	var catalogue map[string]struct{ Repository string }
	if text, err := os.ReadFile(abraDir("catalogue", "recipes.json")); err == nil {
		if err := json.Unmarshal(text, &catalogue); err != nil {
			return fmt.Errorf("can't parse the catalogue: %w", err)
		}
	}
	repository := catalogue[recipe].Repository
	if repository == "" {
		return fmt.Errorf("no recipe '%s' in the catalogue", recipe)
	}
	if err := os.MkdirAll(abraDir("recipes"), 0o755); err != nil {
		return err
	}
	_, err := git("", "clone", "--quiet", repository, clonePath(recipe))
	return err
}

func ensureRecipe(recipe string, offline bool) error {
	if !offline {
		return fetch(recipe)
	}
	if !isCloned(recipe) {
		return fmt.Errorf("no recipe '%s' exists locally", recipe)
	}
	return nil
}

func hasLocalChanges(recipe string) (bool, error) {
	status, err := git(clonePath(recipe), "status", "--porcelain")
	return status != "", err
}

func refuseUnstaged(recipe string) error {
	changed, err := hasLocalChanges(recipe)
	if err == nil && changed {
		err = fmt.Errorf("%s has locally unstaged changes?", recipe)
	}
	return err
}

// checkout moves the clone to a tag or commit.
func checkout(recipe, version string) error {
	commit, err := git(clonePath(recipe), "rev-parse", "--verify", "--quiet", version+"^{commit}")
	if err != nil {
		return fmt.Errorf("%s has no version %s", recipe, version)
	}
	_, err = git(clonePath(recipe), "checkout", "--quiet", "--detach", commit)
	return err
}

// chaosVersion returns the commit, such as `abc12345`, with `+U` if the clone has local changes.
func chaosVersion(recipe string) (string, error) {
	commit, err := git(clonePath(recipe), "rev-parse", "--short=8", "HEAD")
	if err != nil {
		return "", err
	}
	changed, err := hasLocalChanges(recipe)
	if changed {
		commit += "+U"
	}
	return commit, err
}

func fetchRecipe(words []string, _ flags) error {
	if len(words) == 0 {
		return fmt.Errorf("no recipe provided")
	}
	return fetch(words[0])
}

// listVersions prints the newest first.
func listVersions(words []string, _ flags) error {
	if len(words) == 0 {
		return fmt.Errorf("no recipe provided")
	}
	versions, err := versionsOf(words[0])
	if err != nil {
		return err
	}
	slices.Reverse(versions)
	return printJSON(append([]string{}, versions...))
}
