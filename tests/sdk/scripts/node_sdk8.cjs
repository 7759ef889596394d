// Drive the official Node.js SDK 8.0 or TypeScript SDK 8.0, unmodified, by JSON lines (see node_lines.cjs).
// The argument is the package's name; both export the same names, the one as an ES module, the other as CommonJS.
"use strict";

const { pathToFileURL } = require("node:url");
const { classes, makeCalls, serve } = require("./node_lines.cjs");

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

  /** Read everything that is not a record. */
  async function metadata({ module, view, territory, profile }) {
    const ofModule = async (param) => {
      const params = new sdk.ParameterMap();
      await params.add(param, module);
      return params;
    };
    const views = new CustomViews.CustomViewsOperations();
    const { Fields, Layouts, RelatedLists } = sdk;
    return classes({
      modules: () => new sdk.Modules.ModulesOperations().getModules(),
      module: () => new sdk.Modules.ModulesOperations().getModuleByAPIName(module),
      fields: async () => new Fields.FieldsOperations().getFields(await ofModule(Fields.GetFieldsParam.MODULE)),
      layouts: async () => new Layouts.LayoutsOperations().getLayouts(await ofModule(Layouts.GetLayoutsParam.MODULE)),
      custom_view: async () =>
        views.getCustomView(BigInt(view), await ofModule(CustomViews.GetCustomViewParam.MODULE)),
      related_lists: async () =>
        new RelatedLists.RelatedListsOperations().getRelatedLists(
          await ofModule(RelatedLists.GetRelatedListsParam.MODULE),
        ),
      territories: () => new sdk.Territories.TerritoriesOperations().getTerritories(new sdk.ParameterMap()),
      territory: () => new sdk.Territories.TerritoriesOperations().getTerritory(BigInt(territory)),
      profiles: () => new sdk.Profiles.ProfilesOperations().getProfiles(),
      profile: () => new sdk.Profiles.ProfilesOperations().getProfile(BigInt(profile)),
      roles: () => new sdk.Roles.RolesOperations().getRoles(),
      users: () => new sdk.Users.UsersOperations().getUsers(new sdk.ParameterMap()),
      org: () => new sdk.Org.OrgOperations().getOrganization(),
    });
  }

  const operate = (module, name, ...rest) => new Record.RecordOperations(module)[name](...rest);
  const given = { ...Record, Choice: sdk.Choice, ParameterMap: sdk.ParameterMap, params: Record };
  await serve({ ...makeCalls(given, operate), initialize, custom_views, metadata }, sdk.SDKException);
}

main();
