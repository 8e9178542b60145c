-- What an author sees in Neovim: run by test_neovim.py behind the set-up that the guide shows.
-- Each line of the output is `ok WHAT` or `FAIL WHAT saw VALUE`; the last one counts the failures.
local PATIENCE = 30000 -- milliseconds for a state to come; a machine under load is slow
local failed = 0

local function check(what, fine, seen)
  if not fine then failed = failed + 1 end
  io.stdout:write((fine and 'ok ' or 'FAIL ') .. what .. (fine and '' or ' saw ' .. vim.inspect(seen)) .. '\n')
end

local function wait_for(state) return vim.wait(PATIENCE, state, 10) end

local function lines(buffer) return vim.api.nvim_buf_get_lines(buffer, 0, -1, false) end

local function open(name, text)
  vim.fn.writefile(text, name)
  vim.cmd.edit(name)
  local buffer = vim.api.nvim_get_current_buf()
  wait_for(function() return #vim.lsp.get_clients({ bufnr = buffer, name = 'targetexpr' }) > 0 end)
  local client = vim.lsp.get_clients({ bufnr = buffer, name = 'targetexpr' })[1]
  wait_for(function() return client ~= nil and client.initialized end)
  return buffer, client
end

local function diagnostics(buffer, count)
  wait_for(function() return #vim.diagnostic.get(buffer) == count end)
  return vim.diagnostic.get(buffer)
end

-- The cursor stands before `word`, or `more` bytes behind its beginning.
local function put_cursor(buffer, word, more)
  for number, line in ipairs(lines(buffer)) do
    local at = line:find(word, 1, true)
    if at then
      vim.api.nvim_win_set_cursor(0, { number, at - 1 + (more or 0) })
      return
    end
  end
  check('the text has ' .. word, false, lines(buffer))
end

local function ask(client, buffer, method, more)
  local place = vim.lsp.util.make_position_params(0, client.offset_encoding)
  local answer = client:request_sync(method, vim.tbl_extend('force', place, more or {}), PATIENCE, buffer)
  return answer and answer.result
end

local function item(answer, label)
  for _, one in ipairs(answer and answer.items or {}) do
    if one.label == label then return one end
  end
end

-- ---- a rule file
local rule, client = open('gold.rule', { 'currentCustomer.slabName == "😀"', '&& currentTxn.valu > 5' })
local found = diagnostics(rule, 1)
local one = found[1] or {}
check('a rule file has its file type', vim.bo[rule].filetype == 'targetexpr', vim.bo[rule].filetype)
check('the diagnostic is told', one.code == 'unknown-attribute' and one.source == 'targetexpr', found)
check('it stands at its word', one.lnum == 1 and one.col == 14 and one.end_lnum == 1 and one.end_col == 18, one)
local shown = vim.api.nvim_buf_get_extmarks(rule, -1, 0, -1, { details = true })
local underlined = vim.tbl_filter(function(mark) return (mark[4].hl_group or ''):find('DiagnosticUnderlineError') end, shown)
check('and is underlined there', #underlined == 1 and underlined[1][2] == 1 and underlined[1][3] == 14, underlined)

put_cursor(rule, 'slabName', 2)
local hover = ask(client, rule, 'textDocument/hover')
check('hover tells the type', hover and hover.contents.value:find('slabName : string', 1, true), hover)

put_cursor(rule, 'valu', 4)
local value = item(ask(client, rule, 'textDocument/completion'), 'value')
check('completion offers the attribute', value and value.textEdit.newText == 'value', value)

put_cursor(rule, 'valu', 1)
vim.lsp.buf.code_action({ apply = true, filter = function(action) return action.kind == 'quickfix' end })
wait_for(function() return lines(rule)[2] == '&& currentTxn.value > 5' end)
check('the quick fix is applied', lines(rule)[2] == '&& currentTxn.value > 5', lines(rule))
check('and nothing is wrong any more', #diagnostics(rule, 0) == 0, vim.diagnostic.get(rule))

vim.lsp.buf.format({ timeout_ms = PATIENCE })
check('formatting writes the rule canonically', vim.deep_equal(lines(rule), { 'currentCustomer.slabName=="😀"&&currentTxn.value>5' }),
  lines(rule))

-- ---- a rule inside a JSON string
local json = open('body.json', { '{"note": "Göld", "criteriaDsl": "currentCustomer.slabName==\\"Göld\\"&&currentTxn.valu>5"}' })
found = diagnostics(json, 1)
one = found[1] or {}
local line = lines(json)[1]
check('in JSON it stands at its word', one.col and line:sub(one.col + 1, one.end_col) == 'valu', found)

put_cursor(json, 'valu>', 4)
value = item(ask(client, json, 'textDocument/completion'), 'value')
check('completion works inside JSON', value and value.textEdit.newText == 'value', value)
put_cursor(json, 'Txn.valu', 4)
local summed = item(ask(client, json, 'textDocument/completion'), 'basketSum(inventoryAttribute, attributeValue)')
check('a call is escaped for its string', summed and summed.textEdit.newText:find('\\"', 1, true), summed)
put_cursor(json, 'slabName', 2)
hover = ask(client, json, 'textDocument/hover')
check('hover works inside JSON', hover and hover.contents.value:find('slabName : string', 1, true), hover)

vim.api.nvim_buf_set_text(json, 0, #line - 4, 0, #line - 2, { '=>5 and true' }) -- typed by mistake
found = diagnostics(json, 2)
check('what is typed is diagnosed', #found == 2, found)
vim.lsp.buf.code_action({ apply = true, context = { only = { 'source.fixAll.targetexpr' }, diagnostics = {} } })
wait_for(function() return lines(json)[1]:find('>=5', 1, true) end)
local whole = '{"note": "Göld", "criteriaDsl": "currentCustomer.slabName==\\"Göld\\"&&currentTxn.valu>=5 && true"}'
check('fix all is resolved and applied', lines(json)[1] == whole, lines(json))
check('the JSON is JSON still', pcall(vim.json.decode, lines(json)[1]), lines(json))

local tokens = ask(client, json, 'textDocument/semanticTokens/full', { textDocument = vim.lsp.util.make_text_document_params(json) })
check('tokens are told', tokens and #tokens.data % 5 == 0 and #tokens.data > 25, tokens)

-- ---- an end that both sides agree on
vim.lsp.stop_client(vim.lsp.get_clients())
wait_for(function() return #vim.lsp.get_clients() == 0 end)
check('the server ends when it is told to', #vim.lsp.get_clients() == 0, #vim.lsp.get_clients())
io.stdout:write('failed: ' .. failed .. '\n')
os.exit(failed == 0 and 0 or 1)
