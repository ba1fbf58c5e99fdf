#include "probe/http_get.h"

#include <errno.h>
#include <limits.h>
#include <time.h>

#include <curl/curl.h>

#define MAX_MESSAGE_BYTES 1024
#define MAX_DATE_BYTES    63

void http_reply_init(struct http_reply *reply, size_t max_body_bytes)
{
	*reply = (struct http_reply){.connect_ms = -1, .answer_ms = -1, .date_s = -1};
	buffer_init(&reply->body, max_body_bytes);
	buffer_init(&reply->authenticate, HTTP_MAX_AUTHENTICATE_BYTES);
	buffer_init(&reply->message, MAX_MESSAGE_BYTES);
}

void http_reply_done(struct http_reply *reply)
{
	buffer_done(&reply->body);
	buffer_done(&reply->authenticate);
	buffer_done(&reply->message);
}

/* A reply on its way. */
struct transfer {
	const struct http_request *request;
	struct http_reply *reply;
	bool is_interim;    /* the headers that come now are of a reply before the real one */
	int64_t headers_ms; /* when the last of them had come; 0: they have not */
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Whether the rest of the body is not worth more time, or an error. */
static bool is_enough(const struct transfer *transfer)
{
	return transfer->request->body_within_ms > 0 && transfer->headers_ms > 0;
}

/* At least once a second. Anything but 0 makes curl stop the transfer. */
static int on_progress(void *argument, unused_parameter curl_off_t to_come,
    unused_parameter curl_off_t come, unused_parameter curl_off_t to_go,
    unused_parameter curl_off_t gone)
{
	const struct transfer *transfer = argument;

	return is_enough(transfer) &&
	    now_ms() - transfer->headers_ms >= transfer->request->body_within_ms;
}

/* Taking less than was offered makes curl stop the transfer. */
static size_t on_body(char *data, size_t size, size_t count, void *argument)
{
	struct http_reply *reply = ((struct transfer *)argument)->reply;
	size_t length = size * count;
	size_t room = reply->body.max_bytes - reply->body.length;

	buffer_append(&reply->body, view_first(view_of(data, length), room));
	if (length <= room)
		return length;
	reply->body_cut = true;
	return 0;
}

/* What a cache gave tells nothing of the server's clock. */
static void take_date(struct http_reply *reply, struct view value)
{
	char text[MAX_DATE_BYTES + 1];

	reply->date_s = -1;
	if (reply->from_cache || value.length > MAX_DATE_BYTES)
		return;
	memcpy(text, value.data, value.length);
	text[value.length] = '\0';
	reply->date_s = (int64_t)curl_getdate(text, NULL);
}

static void take_header(struct http_reply *reply, struct view name, struct view value)
{
	if (view_equal_ignoring_case(name, VIEW("WWW-Authenticate")) ||
	    view_equal_ignoring_case(name, VIEW("Proxy-Authenticate"))) {
		buffer_append(&reply->authenticate, value);
		buffer_append_byte(&reply->authenticate, '\n');
	} else if (view_equal_ignoring_case(name, VIEW("Date"))) {
		take_date(reply, value);
	} else if (view_equal_ignoring_case(name, VIEW("Age"))) {
		reply->from_cache = true;
		reply->date_s = -1;
	}
}

static size_t on_header(char *data, size_t size, size_t count, void *argument)
{
	struct transfer *transfer = argument;
	struct http_reply *reply = transfer->reply;
	struct view line = view_of(data, size * count);
	struct view name;

	while (view_ends_with(line, VIEW("\r")) || view_ends_with(line, VIEW("\n")))
		line.length--;
	/* A status line: what came before belonged to an interim reply. */
	if (view_starts_with(line, VIEW("HTTP/"))) {
		buffer_clear(&reply->authenticate);
		transfer->is_interim = view_contains(view_first(line, 10), VIEW(" 1"));
	}
	if (view_is_empty(line) && !transfer->is_interim)
		transfer->headers_ms = now_ms();
	if (view_cut(&line, ':', &name))
		take_header(reply, name, view_trim(line));
	return size * count;
}

static int to_errno(CURLcode code)
{
	switch (code) {
	case CURLE_OK:
		return 0;
	case CURLE_URL_MALFORMAT:
	case CURLE_LOGIN_DENIED: /* a user name in the URL */
		return -EINVAL;
	case CURLE_OPERATION_TIMEDOUT:
		return -ETIMEDOUT;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
		return -EPROTO;
	case CURLE_COULDNT_CONNECT:
	case CURLE_COULDNT_RESOLVE_HOST:
		return -ECONNREFUSED;
	case CURLE_OUT_OF_MEMORY:
		return -ENOMEM;
	default:
		return -EBADMSG;
	}
}

static CURLcode set_options(CURL *curl, const struct http_request *request)
{
	long timeout_ms = request->timeout_ms > INT_MAX ? INT_MAX : (long)request->timeout_ms;
	CURLcode code = curl_easy_setopt(curl, CURLOPT_URL, request->url);

	if (code == CURLE_OK)
		code = curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	if (code == CURLE_OK)
		code = curl_easy_setopt(curl, CURLOPT_USERAGENT, request->user_agent);
	if (code == CURLE_OK && request->ca_file != NULL)
		code = curl_easy_setopt(curl, CURLOPT_CAINFO, request->ca_file);
	if (code != CURLE_OK)
		return code;
	/* These only fail for an option that libcurl does not know. */
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, timeout_ms);
	curl_easy_setopt(curl, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	if (code == CURLE_OK && request->socket_path != NULL)
		code = curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, request->socket_path);
	return code == CURLE_OK ? curl_easy_setopt(curl, CURLOPT_PROXY, "") : code;
}

/* The lists that curl borrows for as long as it works. */
struct lists {
	struct curl_slist *headers;
	struct curl_slist *connect_to;
};

static void lists_done(struct lists *lists)
{
	curl_slist_free_all(lists->headers);
	curl_slist_free_all(lists->connect_to);
}

static CURLcode set_lists(CURL *curl, const struct http_request *request, struct lists *lists)
{
	char connect_to[HTTP_MAX_ADDRESS_BYTES + 2];

	if (request->header != NULL) {
		lists->headers = curl_slist_append(NULL, request->header);
		if (lists->headers == NULL)
			return CURLE_OUT_OF_MEMORY;
		curl_easy_setopt(curl, CURLOPT_HTTPHEADER, lists->headers);
	}
	if (request->connect_to != NULL) {
		/* Whatever host and port the URL has. */
		snprintf(connect_to, sizeof(connect_to), "::%s", request->connect_to);
		lists->connect_to = curl_slist_append(NULL, connect_to);
		if (lists->connect_to == NULL)
			return CURLE_OUT_OF_MEMORY;
		curl_easy_setopt(curl, CURLOPT_CONNECT_TO, lists->connect_to);
	}
	return CURLE_OK;
}

static int64_t microseconds(CURL *curl, CURLINFO what)
{
	curl_off_t value = 0;

	return curl_easy_getinfo(curl, what, &value) == CURLE_OK ? (int64_t)value : 0;
}

/* Also of a transfer that failed, as far as it came. */
static void take_times(CURL *curl, struct http_reply *reply)
{
	int64_t name_us = microseconds(curl, CURLINFO_NAMELOOKUP_TIME_T);
	int64_t tls_us = microseconds(curl, CURLINFO_APPCONNECT_TIME_T);
	int64_t connected_us = microseconds(curl, CURLINFO_CONNECT_TIME_T);
	int64_t sent_us = microseconds(curl, CURLINFO_PRETRANSFER_TIME_T);
	int64_t first_us = microseconds(curl, CURLINFO_STARTTRANSFER_TIME_T);
	const char *address = NULL;
	long port = 0;

	if (connected_us > 0)
		reply->connect_ms = ((tls_us > 0 ? tls_us : connected_us) - name_us) / 1000;
	if (first_us > 0)
		reply->answer_ms = (first_us - sent_us) / 1000;
	if (connected_us > 0 &&
	    curl_easy_getinfo(curl, CURLINFO_PRIMARY_IP, &address) == CURLE_OK &&
	    curl_easy_getinfo(curl, CURLINFO_PRIMARY_PORT, &port) == CURLE_OK)
		snprintf(reply->address, sizeof(reply->address), "%s%s%s:%ld",
		    strchr(address, ':') != NULL ? "[" : "", address,
		    strchr(address, ':') != NULL ? "]" : "", port);
}

static CURLcode perform(CURL *curl, const struct http_request *request, struct http_reply *reply)
{
	char message[CURL_ERROR_SIZE] = "";
	struct lists auto_call(lists_done) lists = {0};
	struct transfer transfer = {.request = request, .reply = reply};
	CURLcode code = set_options(curl, request);

	if (code == CURLE_OK)
		code = set_lists(curl, request, &lists);
	if (code == CURLE_OK) {
		curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
		curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
		curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
		curl_easy_setopt(curl, CURLOPT_HEADERDATA, &transfer);
		curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
		curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
		curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &transfer);
		curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, message);
		code = curl_easy_perform(curl);
		take_times(curl, reply);
	}
	reply->body_cut |= code != CURLE_OK && is_enough(&transfer);
	if (reply->body_cut && (code == CURLE_WRITE_ERROR || is_enough(&transfer)))
		code = CURLE_OK;
	if (code == CURLE_LOGIN_DENIED)
		buffer_append_text(&reply->message, "it holds a user name");
	else if (code != CURLE_OK)
		buffer_append_text(
		    &reply->message, message[0] != '\0' ? message : curl_easy_strerror(code));
	return code;
}

static bool is_http(struct view url)
{
	return view_equal_ignoring_case(view_first(url, 7), VIEW("http://")) ||
	       view_equal_ignoring_case(view_first(url, 8), VIEW("https://"));
}

int http_get(const struct http_request *request, struct http_reply *reply)
{
	CURL *curl;
	long status = 0;
	CURLcode code;

	if (!is_http(view_of_text(request->url))) {
		buffer_append_text(&reply->message, "it begins with neither http:// nor https://");
		return -EINVAL;
	}
	curl = curl_easy_init();
	if (curl == NULL)
		return -ENOMEM;
	code = perform(curl, request, reply);
	if (code == CURLE_OK)
		code = curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_cleanup(curl);
	if (code != CURLE_OK)
		return to_errno(code);
	reply->status = (int)status;
	return reply->body.error < 0 ? reply->body.error : 0;
}
