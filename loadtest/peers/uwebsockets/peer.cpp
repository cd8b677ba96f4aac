// Topics on uWebSockets: one thread, publications through its own topic tree. It does not look at
// tokens, and does not parse JSON.

#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include "App.h"

namespace {

struct Client {};

constexpr std::string_view SUBSCRIBE = "subscribe ";
constexpr std::string_view PUBLISH = "publish ";

// What follows the prefix; nothing when the text starts otherwise.
std::string_view after(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix ? text.substr(prefix.size()) : std::string_view();
}

}  // namespace

int main() {
  const char *port = std::getenv("PORT");
  uWS::App app;
  app.ws<Client>(
      "/*",
      {.compression = uWS::DISABLED,
       .maxPayloadLength = 64 * 1024,
       .idleTimeout = 120,
       .maxBackpressure = 64 * 1024 * 1024,
       .closeOnBackpressureLimit = false,
       .sendPingsAutomatically = true,
       .message =
           [&app](auto *ws, std::string_view text, uWS::OpCode) {
             if (text == "ping") {
               ws->send("pong", uWS::OpCode::TEXT, false);
             } else if (auto topic = after(text, SUBSCRIBE); !topic.empty()) {
               ws->subscribe(topic);
               ws->send("subscribed " + std::string(topic), uWS::OpCode::TEXT, false);
             } else if (auto words = after(text, PUBLISH); !words.empty()) {
               auto space = words.find(' ');
               app.publish(words.substr(0, space), words.substr(space + 1), uWS::OpCode::TEXT, false);
             } else {
               ws->end(1008, "unknown command");
             }
           }});
  app.listen("127.0.0.1", port ? std::atoi(port) : 0, [](auto *listening) {
    if (!listening) {
      std::cerr << "uwebsockets: the port is taken" << std::endl;
      std::exit(1);
    }
  });
  app.run();
}
