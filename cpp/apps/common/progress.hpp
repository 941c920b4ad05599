// One line on stderr that tells how far it is; silent where stderr is no terminal.
#pragma once

#include <string>

#include "clock.hpp"

namespace skymask::apps {

class Progress {
public:
    /// name: of what is done. total: how many frames, or what else `things` are, there will be; 0 where unknown.
    Progress(std::string name, long total, std::string things = "frames");
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// Shows the count, a few times a second at most.
    void show(long done);

    /// Prints a sentence on a line of its own, terminal or not.
    void tell(const std::string& text);

private:
    void clear() const;

    std::string name_;
    long total_;
    std::string things_;
    bool is_terminal_;
    Clock::time_point start_ = Clock::now();
    Clock::time_point last_ = start_;
};

}  // namespace skymask::apps
