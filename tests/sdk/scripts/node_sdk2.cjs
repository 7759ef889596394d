// Drive the official Node.js SDK 2.0 or TypeScript SDK 2.0, unmodified, by JSON lines (see node_lines.cjs).
// The argument is the package's name; both have their classes in the same files, one class a file.
"use strict";

const { classes, makeCalls, operateOn, parts, serve } = require("./node_lines.cjs");

const PACKAGE = process.argv[2];
const load = (path) => require(`${PACKAGE}/${path}`);
const api = (path) => load(`core/com/zoho/crm/api/${path}`);

/** Whether it is zcrmsdk 1.1, which signs in with one token and its type, and has builders for nothing but its options. */
const FORERUNNER = PACKAGE === "zcrmsdk";
const { InitializeBuilder } = FORERUNNER ? {} : load("routes/initialize_builder");
const { Environment } = load("routes/dc/environment");
const { UserSignature } = load("routes/user_signature");
const { SDKConfigBuilder } = load("routes/sdk_config_builder");
const { LogBuilder } = FORERUNNER ? {} : load("routes/logger/log_builder");
const { Levels } = load("routes/logger/logger");
const { ParameterMap } = load("routes/parameter_map");
const { OAuthBuilder } = FORERUNNER ? {} : load("models/authenticator/oauth_builder");
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

const calls = makeCalls(
  {
    Choice,
    ParameterMap,
    Record: api("record/record").Record,
    BodyWrapper: api("record/body_wrapper").BodyWrapper,
    MassUpdateBodyWrapper: api("record/mass_update_body_wrapper").MassUpdateBodyWrapper,
    MassUpdateTerritory: api("record/territory").Territory,
    params: operations,
    idParam: FORERUNNER ? BigInt : undefined,
  },
  operateOn(operations.RecordOperations, { moduleFirst: false }),
);

/** Sign in by refresh token or grant code; the tokens and the fields of the modules are kept in `folder`. */
async function initialize(given) {
  await (FORERUNNER ? initializeForerunner(given) : initializeByBuilder(given));
  return { class: "Initializer" };
}

async function initializeByBuilder({ url, client_id, client_secret, folder, refresh_token, grant_token, ...options }) {
  const token = new OAuthBuilder().clientId(client_id).clientSecret(client_secret);
  if (refresh_token) token.refreshToken(refresh_token);
  if (grant_token) token.grantToken(grant_token);
  const builder = await new InitializeBuilder();
  await builder
    .user(new UserSignature("patricia@zylker.example"))
    .environment(new Environment(url, `${url}/oauth/v2/token`, url, "mock"))
    .token(token.build())
    .store(new FileStore(`${folder}/tokens.txt`))
    .SDKConfig(new SDKConfigBuilder().autoRefreshFields(options.auto_refresh_fields ?? false).build())
    .resourcePath(folder)
    .logger(new LogBuilder().level(Levels.INFO).filePath(`${folder}/sdk.log`).build())
    .initialize();
}

async function initializeForerunner({ url, client_id, client_secret, folder, refresh_token, grant_token, ...options }) {
  const { Initializer } = load("routes/initializer");
  const { Logger } = load("routes/logger/logger");
  const { OAuthToken, TokenType } = load("models/authenticator/oauth_token");
  const kind = grant_token ? TokenType.GRANT : TokenType.REFRESH;
  await Initializer.initialize(
    new UserSignature("patricia@zylker.example"),
    new Environment(url, `${url}/oauth/v2/token`, url),
    new OAuthToken(client_id, client_secret, grant_token ?? refresh_token, kind),
    new FileStore(`${folder}/tokens.txt`),
    new SDKConfigBuilder().setAutoRefreshFields(options.auto_refresh_fields ?? false).build(),
    folder,
    Logger.getInstance(Levels.INFO, `${folder}/sdk.log`),
  );
}

async function custom_views({ module }) {
  const [found] = parts(await new CustomViewsOperations(module).getCustomViews(new ParameterMap()));
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
