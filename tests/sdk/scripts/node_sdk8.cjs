// Drive an official SDK for Node.js or TypeScript, from 2.1 to 8.0, unmodified, by JSON lines (see node_lines.cjs).
// The argument is the package's name; all export nearly the same names, some as ES modules, others as CommonJS.
"use strict";

const { pathToFileURL } = require("node:url");
const { classes, makeCalls, operateOn, serve } = require("./node_lines.cjs");

async function main() {
  const sdk = await import(pathToFileURL(require.resolve(process.argv[2])));
  /** Whether it is 2.1, which is made like 2.0: with a user, and operations that know their module. */
  const early = "Records" in sdk;

  /** Sign in by refresh token or grant code; the tokens and the fields of the modules are kept in `folder`. */
  async function initialize({ url, client_id, client_secret, folder, refresh_token, grant_token, auto_refresh_fields }) {
    const token = new sdk.OAuthBuilder().clientId(client_id).clientSecret(client_secret);
    if (refresh_token) token.refreshToken(refresh_token);
    if (grant_token) token.grantToken(grant_token);
    const builder = await new sdk.InitializeBuilder();
    if (early) builder.user(new sdk.UserSignature("patricia@zylker.example"));
    await builder
      .environment(new sdk.Environment(url, `${url}/oauth/v2/token`, url, ...(early ? ["mock"] : [])))
      .token(token.build())
      .store(new sdk.FileStore(`${folder}/tokens.txt`))
      .SDKConfig(new sdk.SDKConfigBuilder().autoRefreshFields(auto_refresh_fields ?? false).build())
      .resourcePath(folder)
      .logger(new sdk.LogBuilder().level(sdk.Levels.INFO).filePath(`${folder}/sdk.log`).build())
      .initialize();
    return { class: "Initializer" };
  }

  /** The namespace that a class is exported in; its name differs (Record, Records; RelatedLists, ListsRelated). */
  const home = (name) => Object.values(sdk).find((found) => found && typeof found === "object" && name in found);

  /** The operations of that name. In 2.1 they are made for a module; later the module is a parameter. */
  const operationsOf = (name, ...module) => new (home(name)[name])(...(early ? module : []));

  async function paramsOf(name, module) {
    const params = new sdk.ParameterMap();
    if (!early) await params.add(home(name)[name].MODULE, module);
    return params;
  }

  async function custom_views({ module }) {
    const views = operationsOf("CustomViewsOperations", module);
    const found = (await views.getCustomViews(await paramsOf("GetCustomViewsParam", module))).getObject();
    return { views: Object.fromEntries(found.getCustomViews().map((view) => [view.getName(), view.getId().toString()])) };
  }

  /** Read everything that is not a record. */
  const metadata = ({ module, view, territory, profile }) => {
    const modules = operationsOf("ModulesOperations");
    const territories = operationsOf("TerritoriesOperations");
    const profiles = operationsOf("ProfilesOperations");
    return classes({
      modules: () => modules.getModules(),
      module: () => (modules.getModuleByAPIName ?? modules.getModule).call(modules, module),
      fields: async () => operationsOf("FieldsOperations", module).getFields(await paramsOf("GetFieldsParam", module)),
      layouts: async () =>
        operationsOf("LayoutsOperations", module).getLayouts(await paramsOf("GetLayoutsParam", module)),
      custom_view: async () => {
        const params = await paramsOf("GetCustomViewParam", module);
        return operationsOf("CustomViewsOperations", module).getCustomView(BigInt(view), params);
      },
      related_lists: async () => {
        const params = await paramsOf("GetRelatedListsParam", module);
        return operationsOf("RelatedListsOperations", module).getRelatedLists(params);
      },
      territories: () => territories.getTerritories(new sdk.ParameterMap()),
      territory: () => territories.getTerritory(BigInt(territory)),
      profiles: () => profiles.getProfiles(),
      profile: () => profiles.getProfile(BigInt(profile)),
      roles: () => operationsOf("RolesOperations").getRoles(),
      users: () => operationsOf("UsersOperations").getUsers(new sdk.ParameterMap()),
      org: () => operationsOf("OrgOperations").getOrganization(),
    });
  };

  const record = home("RecordOperations");
  const given = { ...record, Choice: sdk.Choice, ParameterMap: sdk.ParameterMap, params: record };
  given.MassUpdateTerritory ??= record.Territory;
  const calls = makeCalls(given, operateOn(record.RecordOperations, { moduleFirst: !early }));
  await serve({ ...calls, initialize, custom_views, metadata }, sdk.SDKException);
}

main();
