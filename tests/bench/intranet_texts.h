/* What the invented intranet's people are called, ask for, and ask with. Only intranet.c includes
 * this. */
#ifndef AUTHMEDIC_BENCH_INTRANET_TEXTS_H
#define AUTHMEDIC_BENCH_INTRANET_TEXTS_H

static const char *const first_names[] = {"anna", "boris", "carla", "daniel", "elena", "felix",
    "greta", "henrik", "ida", "jonas", "katrin", "lars", "maria", "nils", "olga", "peter",
    "quentin", "rosa", "stefan", "tanja", "ulrich", "vera", "walter", "xenia", "yannick", "zoe"};
#define FIRST_NAMES (uint32_t) count_of(first_names)

static const char *const last_names[] = {"albrecht", "bauer", "christensen", "dubois", "eriksson",
    "fischer", "garcia", "hoffmann", "ivanov", "jansen", "kowalski", "lindqvist", "mueller",
    "novak", "oconnor", "petersen", "quast", "rossi", "schneider", "thompson", "urban",
    "vandenberg", "wagner", "xavier", "yilmaz", "zimmermann"};
#define LAST_NAMES (uint32_t) count_of(last_names)

#define BROWSER_AGENTS      14
#define SYNC_AGENTS_FROM    14
#define SYNC_AGENTS         4
#define SCRIPT_AGENTS_FROM  18
#define SCRIPT_AGENTS       4
#define CRAWLER_AGENTS_FROM 22
#define CRAWLER_AGENTS      3

#define WINDOWS_CHROME(version)                                                                    \
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "        \
	"Chrome/" version ".0.0.0 Safari/537.36"

static const char *const agents[] = {
    WINDOWS_CHROME("146") " Edg/146.0.0.0",
    WINDOWS_CHROME("146") " Edg/146.0.0.0",
    WINDOWS_CHROME("146") " Edg/146.0.0.0",
    WINDOWS_CHROME("145") " Edg/145.0.0.0",
    WINDOWS_CHROME("145") " Edg/145.0.0.0",
    WINDOWS_CHROME("144") " Edg/144.0.0.0",
    WINDOWS_CHROME("146"),
    WINDOWS_CHROME("146"),
    WINDOWS_CHROME("145"),
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko",
    "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17928; Pro)",
    "Microsoft Office Word 2019 (16.0.17928) Windows NT 10.0",
    "Microsoft-WebDAV-MiniRedir/10.0.26100",
    "Microsoft SkyDriveSync 25.105.0601.0002 ship; Windows NT 10.0 (26100)",
    "python-requests/2.32.3",
    "curl/8.14.1",
    "Java-http-client/21.0.7",
    "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.26100.4061",
    "Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 6.3; MS Search 6.0 Robot)",
    "check_http/v2.3.5 (monitoring-plugins 2.3.5)",
    "Prometheus-Blackbox-Exporter/0.26.0",
};

/* At most 64 each; what %x makes of a number comes from the request. */
static const char *const pages[] = {"/", "/intranet/news/index.html",
    "/sites/hr/SitePages/Home.aspx", "/wiki/display/IT/VPN+setup+for+the+home+office",
    "/wiki/pages/viewpage.action", "/jira/secure/Dashboard.jspa", "/timesheet/week.php",
    "/phonebook/search", "/canteen/menu.html",
    "/sites/finance/Shared%%20Documents/Forms/AllItems.aspx", "/travel/requests/new",
    "/projects/board"};
#define PAGES (uint32_t) count_of(pages)

static const char *const resources[] = {"/static/css/site.%08x.css", "/static/js/vendor.%08x.js",
    "/static/js/app.%08x.js", "/images/logo.svg", "/favicon.ico?rev=%x",
    "/api/v2/people?search=sm&limit=50&offset=%u", "/api/v2/notifications/unread?since=%u",
    "/images/teams/photo-%u.jpg", "/_layouts/15/init.js?rev=%x&build=16.0.10417",
    "/_api/web/lists/getbytitle('Documents')/items(%u)?$select=Title,Modified,Editor/Title",
    "/jira/rest/api/2/issue/OPS-%u?expand=renderedFields",
    "/wiki/rest/api/content/%u/child/attachment",
    "/documents/2026/Q3/Quarterly%%20report%%20final%%20%u.docx",
    "/static/fonts/source-sans-3-v15-latin-regular.woff2", "/timesheet/entry.php?day=%u&project=17",
    "/search/suggest?q=travel+expense+%x&lang=en&scope=all&highlight=true"};
#define RESOURCES (uint32_t) count_of(resources)

#endif
