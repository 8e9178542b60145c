// The extension for VS Code: it starts the language server and leaves everything else to it.
const { workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

const LANGUAGES = ["targetexpr", "targetexpr-rules", "json", "toml", "python"];
let client;

exports.activate = () => {
  const [command, ...args] = workspace.getConfiguration("targetexpr").get("command");
  client = new LanguageClient("targetexpr", { command, args }, { documentSelector: LANGUAGES.map((language) => ({ language })) });
  return client.start();
};

exports.deactivate = () => client && client.stop();
