// Shows the documents that the page names in its #documents element: [{"url": "...", "name": "..."}, ...].
"use strict";

const documents = JSON.parse(document.getElementById("documents").textContent);

SwaggerUIBundle({
  dom_id: "#swagger-ui",
  urls: documents,
  "urls.primaryName": documents[0].name,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  layout: "StandaloneLayout",
  deepLinking: true,
  docExpansion: "list",
  persistAuthorization: true,
  validatorUrl: null, // the default one is on the internet
  requestInterceptor: (request) => {
    // Requests go to the server that shows the page, whatever address its document names.
    const url = new URL(request.url, location.href);
    request.url = location.origin + url.pathname + url.search;
    const header = request.headers && request.headers.Authorization;
    if (header && /^1000\./.test(header)) {
      request.headers.Authorization = "Zoho-oauthtoken " + header; // a bare access token was entered
    }
    return request;
  },
});
