// Drive the official Node.js SDK 2.0 or TypeScript SDK 2.0, unmodified, by JSON lines (see node_lines.cjs).
// The argument is the package's name; both have their classes in the same files, one class a file.
"use strict";

const { classes, makeCalls, serve } = require("./node_lines.cjs");

const PACKAGE = process.argv[2];
const load = (path) => require(`${PACKAGE}/${path}`);
const api = (path) => load(`core/com/zoho/crm/api/${path}`);

const { InitializeBuilder } = load("routes/initialize_builder");
const { Environment } = load("routes/dc/environment");
const { UserSignature } = load("routes/user_signature");
const { SDKConfigBuilder } = load("routes/sdk_config_builder");
const { LogBuilder } = load("routes/logger/log_builder");
const { Levels } = load("routes/logger/logger");
const { ParameterMap } = load("routes/parameter_map");
const { OAuthBuilder } = load("models/authenticator/oauth_builder");
const { FileStore } = load("models/authenticator/store/file_store");
const { Choice } = load("utils/util/choice");
const { SDKException } = api("exception/sdk_exception");
const operationsOf = (name, folder) => api(`${folder}/${folder}_operations`)[name];
const CustomViewsOperations = operationsOf("CustomViewsOperations", "custom_views");
const FieldsOperations = operationsOf("FieldsOperations", "fields");
const LayoutsOperations = operationsOf("LayoutsOperations", "layouts");
const ModulesOperations = operationsOf("ModulesOperations", "modules");
const OrgOperations = operationsOf("OrgOperations", "org");
const ProfilesOperations = operationsOf("ProfilesOperations", "profiles");
const RelatedListsOperations = operationsOf("RelatedListsOperations", "related_lists");
const RolesOperations = operationsOf("RolesOperations", "roles");
const TerritoriesOperations = operationsOf("TerritoriesOperations", "territories");
const UsersOperations = operationsOf("UsersOperations", "users");
const operations = api("record/record_operations");

const WITH_RECORD = new Set(["getRecord", "updateRecord", "deleteRecord"]);

/** The module stands behind the record's id, or first. */
function operate(module, name, ...given) {
  const ahead = WITH_RECORD.has(name) ? given.splice(0, 1) : [];
  return new operations.RecordOperations()[name](...ahead, module, ...given);
}

const calls = makeCalls(
  {
    Choice,
    ParameterMap,
    Record: api("record/record").Record,
    BodyWrapper: api("record/body_wrapper").BodyWrapper,
    MassUpdateBodyWrapper: api("record/mass_update_body_wrapper").MassUpdateBodyWrapper,
    MassUpdateTerritory: api("record/territory").Territory,
    params: operations,
  },
  operate,
);

/** Sign in by refresh token or grant code; the tokens and the fields of the modules are kept in `folder`. */
async function initialize({ url, client_id, client_secret, folder, refresh_token, grant_token, auto_refresh_fields }) {
  const token = new OAuthBuilder().clientId(client_id).clientSecret(client_secret);
  if (refresh_token) token.refreshToken(refresh_token);
  if (grant_token) token.grantToken(grant_token);
  const builder = await new InitializeBuilder();
  await builder
    .user(new UserSignature("patricia@zylker.example"))
    .environment(new Environment(url, `${url}/oauth/v2/token`, url, "mock"))
    .token(token.build())
    .store(new FileStore(`${folder}/tokens.txt`))
    .SDKConfig(new SDKConfigBuilder().autoRefreshFields(auto_refresh_fields ?? false).build())
    .resourcePath(folder)
    .logger(new LogBuilder().level(Levels.INFO).filePath(`${folder}/sdk.log`).build())
    .initialize();
  return { class: "Initializer" };
}

async function custom_views({ module }) {
  const found = (await new CustomViewsOperations(module).getCustomViews(new ParameterMap())).getObject();
  return { views: Object.fromEntries(found.getCustomViews().map((view) => [view.getName(), view.getId().toString()])) };
}

/** Read everything that is not a record. */
const metadata = ({ module, view, territory, profile }) =>
  classes({
    modules: () => new ModulesOperations().getModules(),
    module: () => new ModulesOperations().getModule(module),
    fields: () => new FieldsOperations(module).getFields(new ParameterMap()),
    layouts: () => new LayoutsOperations(module).getLayouts(),
    custom_view: () => new CustomViewsOperations(module).getCustomView(BigInt(view)),
    related_lists: () => new RelatedListsOperations(module).getRelatedLists(),
    territories: () => new TerritoriesOperations().getTerritories(),
    territory: () => new TerritoriesOperations().getTerritory(BigInt(territory)),
    profiles: () => new ProfilesOperations().getProfiles(),
    profile: () => new ProfilesOperations().getProfile(BigInt(profile)),
    roles: () => new RolesOperations().getRoles(),
    users: () => new UsersOperations().getUsers(new ParameterMap()),
    org: () => new OrgOperations().getOrganization(),
  });

serve({ ...calls, initialize, custom_views, metadata }, SDKException);
