// One step of work between two channels.
#pragma once

#include <exception>
#include <optional>
#include <utility>

#include "channel.hpp"

namespace skymask::apps {

/// Does a piece of work on every item, in order, until there are no more or nobody wants them: the life of a thread.
/// What the work throws, or the writer of the inbox did, comes out of the outbox after the items before it; whoever
/// fills the inbox is stopped.
template <class Item, class Work>
void run_stage(Channel<Item>& inbox, Channel<Item>& outbox, const Work& work) {
    try {
        while (std::optional<Item> item = inbox.get()) {
            work(*item);
            if (!outbox.put(std::move(*item))) {
                break;
            }
        }
        outbox.finish();
    } catch (...) {  // thrown again by the one who reads the outbox
        outbox.finish(std::current_exception());
    }
    inbox.cancel();
}

}  // namespace skymask::apps
