# Run as a script at build time: puts the page, its style, its scripts and the plotting library
# together and writes them as one C++ string, so that the program needs no file at run time.
#
#   cmake -DPAGE_DIR=host/report/page -DVEGA_DIR=/usr/share/javascript/vega -DSCRIPTS=a.js,b.js
#         -DOUT=embedded_page.cpp -P embed.cmake
#
# An empty VEGA_DIR gives an empty string: a program that says it has no plotting library.

cmake_minimum_required(VERSION 3.25)

set(entry_modules vega-parser vega-view vega-transforms vega-view-transforms vega-encode)

# The library comes as modules in the style of CommonJS that ask for each other by name; what the
# entry modules lead to is kept as functions in a table, which page/modules.js turns into exports.
function(add_module name)
  get_property(known GLOBAL PROPERTY known_modules)
  if(name IN_LIST known)
    return()
  endif()
  set_property(GLOBAL APPEND PROPERTY known_modules ${name})
  # One package asks for `vega-selections` and ships it as vega-selection.
  string(REGEX REPLACE "s$" "" singular ${name})
  set(file "")
  foreach(candidate IN ITEMS ${name} ${singular})
    if(EXISTS ${VEGA_DIR}/${candidate}.min.js)
      set(file ${VEGA_DIR}/${candidate}.min.js)
      break()
    endif()
  endforeach()
  if(NOT file)
    message(FATAL_ERROR "${VEGA_DIR} has no ${name}.min.js, which the report's plots need")
  endif()
  file(READ ${file} text)
  # Would make a browser's developer tools ask for a file.
  string(REGEX REPLACE "//# sourceMappingURL=[^\n]*" "" text "${text}")
  set_property(GLOBAL APPEND_STRING PROPERTY library
    "\"${name}\": function (exports, module, require) {\n${text}\n},\n")
  string(REGEX MATCHALL "require\\(\"[a-z0-9-]+\"\\)" calls "${text}")
  foreach(call IN LISTS calls)
    string(REGEX REPLACE "require\\(\"(.*)\"\\)" "\\1" wanted ${call})
    add_module(${wanted})
  endforeach()
endfunction()

function(require_inert text what)
  if(text MATCHES "</?script|<!--")
    message(FATAL_ERROR "${what} would end or confuse a script element")
  endif()
endfunction()

function(write_page)
  file(READ ${PAGE_DIR}/page.html page)
  file(READ ${PAGE_DIR}/page.css style)
  file(READ ${PAGE_DIR}/library_licence.txt licence)
  foreach(module IN LISTS entry_modules)
    add_module(${module})
  endforeach()
  get_property(library GLOBAL PROPERTY library)
  string(REPLACE "," ";" names "${SCRIPTS}")
  foreach(name IN LISTS names)
    file(READ ${PAGE_DIR}/${name} text)
    string(APPEND scripts "${text}\n")
  endforeach()
  set(library "/*\n${licence}*/\nconst library_modules = {\n${library}};\n")
  require_inert("${library}" "the plotting library")
  require_inert("${scripts}" "a script of the page")
  string(REPLACE "{{style}}" "${style}" page "${page}")
  string(REPLACE "{{scripts}}" "${scripts}" page "${page}")
  string(REPLACE "{{library}}" "${library}" page "${page}")
  if(page MATCHES "\\)page\"")
    message(FATAL_ERROR "the page holds what ends a C++ string of ours")
  endif()
  write_source("${page}")
endfunction()

function(write_source page)
  file(WRITE ${OUT} "// Written by embed.cmake.\n"
    "#include \"host/report/page.hpp\"\n"
    "namespace blocrisk {\n"
    "const std::string_view embedded_page = R\"page(${page})page\";\n"
    "}  // namespace blocrisk\n")
endfunction()

if(VEGA_DIR)
  write_page()
else()
  write_source("")
endif()
