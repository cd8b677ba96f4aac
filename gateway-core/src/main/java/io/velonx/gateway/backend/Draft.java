package io.velonx.gateway.backend;

import io.velonx.gateway.auth.Principal;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.MessageType;
import org.jspecify.annotations.Nullable;

/**
 * What a client wants to publish, before anybody has seen it.
 *
 * @param author from the token
 * @param messageId minted for a new message; else the one to be changed
 * @param content null when a message is taken back
 * @param clientMessageId the same for every attempt to send this; null when it is sent once
 * @param createdAt when the gateway took it; ISO 8601 in UTC
 */
public record Draft(
    MessageType type,
    ChannelName channel,
    Principal author,
    String messageId,
    @Nullable String content,
    @Nullable String clientMessageId,
    String createdAt) {}
