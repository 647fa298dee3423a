// inputs: schemas that several resources and settings share.
export { commonAppInputs } from "./app.ts";
export { absolutePath, domainName, envVariables, recipeName, runName, secretName } from "./names.ts";
