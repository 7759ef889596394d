// Drive the official Node.js SDK 8.0 or TypeScript SDK 8.0, unmodified, by JSON lines (see node_lines.cjs).
// The argument is the package's name; both export the same names, the one as an ES module, the other as CommonJS.
"use strict";

const { pathToFileURL } = require("node:url");
const { makeCalls, serve } = require("./node_lines.cjs");

async function main() {
  const sdk = await import(pathToFileURL(require.resolve(process.argv[2])));
  const { Record, CustomViews } = sdk;

  /** Sign in by refresh token or grant code; the tokens and the fields of the modules are kept in `folder`. */
  async function initialize({ url, client_id, client_secret, folder, refresh_token, grant_token, auto_refresh_fields }) {
    const token = new sdk.OAuthBuilder().clientId(client_id).clientSecret(client_secret);
    if (refresh_token) token.refreshToken(refresh_token);
    if (grant_token) token.grantToken(grant_token);
    const builder = await new sdk.InitializeBuilder();
    await builder
      .environment(new sdk.Environment(url, `${url}/oauth/v2/token`, url))
      .token(token.build())
      .store(new sdk.FileStore(`${folder}/tokens.txt`))
      .SDKConfig(new sdk.SDKConfigBuilder().autoRefreshFields(auto_refresh_fields ?? false).build())
      .resourcePath(folder)
      .logger(new sdk.LogBuilder().level(sdk.Levels.INFO).filePath(`${folder}/sdk.log`).build())
      .initialize();
    return { class: "Initializer" };
  }

  async function custom_views({ module }) {
    const params = new sdk.ParameterMap();
    await params.add(CustomViews.GetCustomViewsParam.MODULE, module);
    const found = (await new CustomViews.CustomViewsOperations().getCustomViews(params)).getObject();
    const views = found.getCustomViews().map((view) => [view.getName(), view.getId().toString()]);
    return { views: Object.fromEntries(views) };
  }

  const operate = (module, name, ...given) => new Record.RecordOperations(module)[name](...given);
  const classes = { ...Record, Choice: sdk.Choice, ParameterMap: sdk.ParameterMap, params: Record };
  await serve({ ...makeCalls(classes, operate), initialize, custom_views }, sdk.SDKException);
}

main();
