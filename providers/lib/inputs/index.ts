// inputs: schemas that several resources and settings share.
export { commonAppInputs, secretSource } from "./app.ts";
export { absolutePath, domainName, envVariables, recipeName, runName, secretName } from "./names.ts";
