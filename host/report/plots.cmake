# The page of `blocrisk report` as part of the program; the plotting library is Vega, as Debian
# packages it. Without it all else builds, and `report` says what is missing.
find_path(BLOCRISK_VEGA_DIR vega-view.min.js
  PATHS /usr/share/javascript/vega /usr/local/share/javascript/vega NO_DEFAULT_PATH
  DOC "Folder of Vega's modules (libjs-vega)")
if(BLOCRISK_VEGA_DIR)
  message(STATUS "Plots of `report`: Vega in ${BLOCRISK_VEGA_DIR}")
else()
  message(STATUS "Plots of `report`: no Vega found (libjs-vega), so the command will only say so")
endif()

# blocrisk_embed_page(<library>): adds the page's source.
function(blocrisk_embed_page library)
  set(page_dir ${PROJECT_SOURCE_DIR}/host/report/page)
  set(script ${PROJECT_SOURCE_DIR}/host/report/embed.cmake)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/report/embedded_page.cpp)
  # In the order in which they need each other.
  set(scripts modules.js values.js tables.js charts.js exceedance.js heat_map.js fan.js
    attribution.js sections.js uncertain.js page.js)
  set(vega_dir "")
  set(vega_files "")
  if(BLOCRISK_VEGA_DIR)
    set(vega_dir ${BLOCRISK_VEGA_DIR})
    file(GLOB vega_files ${vega_dir}/*.min.js)
  endif()
  list(TRANSFORM scripts PREPEND ${page_dir}/ OUTPUT_VARIABLE script_files)
  list(JOIN scripts "," names)
  add_custom_command(
    OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DPAGE_DIR=${page_dir} -DVEGA_DIR=${vega_dir} -DSCRIPTS=${names}
      -DOUT=${out} -P ${script}
    DEPENDS ${script} ${page_dir}/page.html ${page_dir}/page.css ${page_dir}/library_licence.txt
      ${script_files} ${vega_files}
    COMMENT "Putting the report's page together" VERBATIM)
  # Half a megabyte is longer than any string has to be accepted at.
  set_source_files_properties(${out} PROPERTIES COMPILE_OPTIONS -Wno-overlength-strings
    SKIP_LINTING ON)
  target_sources(${library} PRIVATE ${out})
endfunction()
