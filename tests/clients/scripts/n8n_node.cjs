// n8n's node for Zoho CRM, called as n8n calls it. Only what n8n itself would give the node is made here: its parameters,
// its credentials and helpers that send real requests.
//
// Usage: node n8n_node.cjs FOLDER, where FOLDER has the unpacked node and what it needs. A line of stdin is either
// `{parameters}`, with resource and operation, or `{load, parameters}` for a list of options; its outcome, a line of stdout,
// is `{result}` or `{error, description}`. The first line are the credentials.
"use strict";

const path = require("node:path");
const readline = require("node:readline");

const { ZohoCrm } = require(path.join(path.resolve(process.argv[2]), "package", "dist", "nodes", "Zoho", "ZohoCrm.node.js"));

let credentials;

async function requestOAuth2(_type, options) {
  const url = new URL(options.uri);
  for (const [name, value] of Object.entries(options.qs ?? {})) url.searchParams.append(name, value);
  const response = await fetch(url, {
    method: options.method,
    headers: {
      authorization: `Zoho-oauthtoken ${credentials.oauthTokenData.access_token}`,
      accept: "application/json",
      ...(options.body === undefined ? {} : { "content-type": "application/json" }),
    },
    body: options.body === undefined ? undefined : JSON.stringify(options.body),
  });
  const text = await response.text();
  const data = text === "" ? undefined : JSON.parse(text);
  if (!response.ok) {
    throw Object.assign(new Error(`Request failed with status code ${response.status}`), { cause: { data } });
  }
  return data;
}

function context(parameters) {
  return {
    getNode: () => ({ id: "1", name: "Zoho CRM", type: "zohoCrm", typeVersion: 1, position: [0, 0], parameters }),
    getInputData: () => [{ json: {} }],
    getNodeParameter: (name) => parameters[name],
    getCurrentNodeParameter: (name) => parameters[name],
    getCredentials: async () => credentials,
    continueOnFail: () => false,
    helpers: {
      requestOAuth2,
      returnJsonArray: (data) => (Array.isArray(data) ? data : [data]).map((json) => ({ json })),
      constructExecutionMetaData: (items) => items,
    },
  };
}

async function outcome({ load, parameters }) {
  const node = new ZohoCrm();
  try {
    if (load !== undefined) return { result: await node.methods.loadOptions[load].call(context(parameters ?? {})) };
    const [items] = await node.execute.call(context({ additionalFields: {}, options: {}, returnAll: true, ...parameters }));
    return { result: items.map((item) => item.json) };
  } catch (error) {
    return { error: error.message, description: error.description };
  }
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const given = JSON.parse(line);
    if (credentials === undefined) credentials = given;
    else console.log(JSON.stringify(await outcome(given)));
  }
})();
