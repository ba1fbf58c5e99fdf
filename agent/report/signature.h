/* Standard Webhooks 1.0: by it a receiver knows that a message is ours and was not changed. */
#ifndef AUTHMEDIC_REPORT_SIGNATURE_H
#define AUTHMEDIC_REPORT_SIGNATURE_H

#include "base/buffer.h"

#define SIGNATURE_MIN_SECRET_BYTES 16
#define SIGNATURE_MAX_SECRET_BYTES 256

struct signature_secret {
	unsigned char bytes[SIGNATURE_MAX_SECRET_BYTES];
	size_t length;
};

/* Reads what a secret file holds: "whsec_" and Base64, or the secret itself; a newline at the end
 * does not belong to it. -EINVAL where it is neither, -ERANGE where it is too short or too long. */
must_check int signature_read_secret(struct view content, struct signature_secret *ret_secret);
/* Overwrites it. */
void signature_forget_secret(struct signature_secret *secret);

struct signature_message {
	struct view id;	       /* webhook-id */
	int64_t timestamp_s;   /* webhook-timestamp, of this attempt */
	struct view body;
};

/* Appends the value of webhook-signature. */
must_check int signature_append(struct buffer *buffer, const struct signature_secret *secret,
    const struct signature_message *message);

#endif
