package io.velonx.gateway.server.config;

/**
 * A value where it was found.
 *
 * @param origin the place, as it completes the sentence “this value is from …”
 */
record Source(RawValue value, String origin) {}
